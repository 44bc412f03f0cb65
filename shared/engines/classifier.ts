import { type PostText, textFunction } from '../text'
import type { Model } from './engine'
import { type Prior, priorFor } from './prior'

/** What a model says of a message. */
export interface Scores {
  /** Of each label, in the order of the classifier's labels; they sum to one. */
  probabilities: readonly number[]
  /** `prior`: the message holds nothing that the model knows, and these are the label shares of its training labels. */
  basis: 'text' | 'prior'
  /**
   * Place of the label that the model decides for; absent where that is the likeliest. For labels and macro-F1 alone: no share
   * reads it.
   */
  decision?: number
}

/** A model that has an answer for every message. */
export interface Classifier {
  /** The categories it answers with, sorted by name. */
  labels: readonly string[]
  classify(texts: readonly PostText[]): Promise<Scores[]>
}

/**
 * A model that is given each text in the form of its text version, and that answers with the prior where it knows nothing
 * of a message. Without a prior, as of a model of an older release, every label is equally likely.
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

/** The place of the greatest probability; of equal ones the first. */
export const likeliest = (probabilities: readonly number[]): number => probabilities.indexOf(Math.max(...probabilities))

/** The place of the label that a model decides for. */
export const decisionOf = ({ probabilities, decision }: Scores): number => decision ?? likeliest(probabilities)

const decided = (probabilities: readonly number[], weights: readonly number[] | undefined) =>
  weights ? { decision: likeliest(probabilities.map((probability, i) => probability * (weights[i] ?? 1))) } : {}
