import { byName, ownEntry } from './by-name'
import { type Classifier, decisionOf, type Scores } from './engines/classifier'
import { scaled } from './statistics/temperature'
import type { PostText } from './text'
import { zip } from './zip'

/** A model's prediction for a text: its label, the probability of it, and that of every label; calibrated. */
export interface ModelAnswer {
  label: string
  probability: number
  probabilities: Readonly<Record<string, number>>
  /** `prior`: the model knows no token of the text; the prediction is the label shares of its training labels. */
  basis: Scores['basis']
}

/** A classifier with its calibration. */
export interface Calibrated {
  classifier: Classifier
  /** Temperature: divides the logarithms of its probabilities. */
  temperature: number
}

/** The predictions for texts, in order. */
export async function answersOf(
  { classifier, temperature }: Calibrated,
  texts: readonly PostText[],
): Promise<ModelAnswer[]> {
  const { labels } = classifier
  const scores = await classifier.classify(texts)
  return scores.map((score) => {
    const probabilities = zip(labels, calibrated(score, temperature))
    // oxlint-disable-next-line typescript/no-non-null-assertion -- a model decides for one of its own labels
    const [label, probability] = probabilities[decisionOf(score)]!
    return { label, probability, probabilities: byName(probabilities), basis: score.basis }
  })
}

/** Calibrated probabilities. A prior is a counted share: no temperature applies to it. */
export const calibrated = ({ probabilities, basis }: Scores, temperature: number): readonly number[] =>
  basis === 'prior' ? probabilities : scaled(probabilities, temperature)

/** The scores of a text in the order of the labels; 0 for a label that the model does not know. */
export const scoresIn = (labels: readonly string[], probabilities: Readonly<Record<string, number>>): number[] =>
  labels.map((label) => ownEntry(probabilities, label) ?? 0)
