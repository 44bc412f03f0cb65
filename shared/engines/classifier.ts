import { type PostText, textFunction } from '../text'
import type { Model } from './engine'
import { type Prior, priorFor } from './prior'

/** What a model predicts for a message. */
export interface Scores {
  /** The probability of each label, in the order of the classifier's labels; they sum to one. */
  probabilities: readonly number[]
  /** `prior`: the model knows no token of the message, and these are the label shares of its training labels. */
  basis: 'text' | 'prior'
  /**
   * Index of the label that the model decides for; absent where that is the most probable one. Only for labels and
   * macro-F1: no share reads it.
   */
  decision?: number
}

/** A model that answers every message. */
export interface Classifier {
  /** The categories that it predicts, sorted by name. */
  labels: readonly string[]
  classify(texts: readonly PostText[]): Promise<Scores[]>
}

/**
 * A model that reads each text in the form of its text version, and that answers with the prior where it knows no token
 * of a message. Without a prior, as for models of older releases, every label is equally likely.
 */
export function withPrior(model: Model, prior: Prior | null | undefined, textVersion: string): Classifier {
  const { labels, decisionWeights } = model
  const { formOf } = textFunction(textVersion)
  const unknown: Scores = { probabilities: priorFor(labels, prior), basis: 'prior' }
  return {
    labels,
    classify: async (texts) => {
      const answers = await model.classify(texts.map(formOf))
      return answers.map((probabilities) =>
        probabilities ? { probabilities, basis: 'text', ...decided(probabilities, decisionWeights) } : unknown,
      )
    },
  }
}

/** The index of the greatest probability; of equal ones the first. */
export const likeliest = (probabilities: readonly number[]): number => probabilities.indexOf(Math.max(...probabilities))

/** The index of the label that a model decides for. */
export const decisionOf = ({ probabilities, decision }: Scores): number => decision ?? likeliest(probabilities)

const decided = (probabilities: readonly number[], weights: readonly number[] | undefined) =>
  weights ? { decision: likeliest(probabilities.map((probability, i) => probability * (weights[i] ?? 1))) } : {}
