import type { Classifier } from './classifier'
import { scaled } from './statistics/temperature'
import { linesFor, type PostText } from './text'

/** What a model says of a text: its label, the probability of it, and that of every label; calibrated. */
export interface Answer {
  label: string
  probability: number
  probabilities: Readonly<Record<string, number>>
}

/** A classifier with what it needs to read a text, and what makes its probabilities true. */
export interface Calibrated {
  classifier: Classifier
  /** Of the text function that it was trained with. */
  textVersion: string
  /** Divides the logarithms of its probabilities. */
  temperature: number
}

/** What the model says of texts, in their order. */
export function answersOf({ classifier, textVersion, temperature }: Calibrated, texts: readonly PostText[]): Answer[] {
  return classifier.rank(texts.map(linesFor(textVersion)), classifier.labels.length).map((ranked) => {
    const calibrated = scaled(
      ranked.map(({ probability }) => probability),
      temperature,
    )
    const byLabel = Object.fromEntries(ranked.map(({ label }, i) => [label, calibrated[i]!]))
    // A ranking has every label, the likeliest first, and a temperature leaves their order.
    return {
      label: ranked[0]!.label,
      probability: calibrated[0]!,
      probabilities: Object.fromEntries(classifier.labels.map((label) => [label, byLabel[label] ?? 0])),
    }
  })
}

/** The scores of a text in the order of the labels. */
export const scoresIn = (labels: readonly string[], probabilities: Readonly<Record<string, number>>): number[] =>
  labels.map((label) => probabilities[label] ?? 0)
