import { answersOf, type Calibrated } from '../../shared/answers'
import { errorsOf } from '../../shared/statistics/classifier-errors'

/** What the model that chooses says of posts, before any model learns from them. */
export interface BeforeLearning {
  /** By item, in the order of the labels. */
  scores: ReadonlyMap<string, number[]>
  /** `means[c][k]`: its mean score of label k over evaluation posts of label c; null where there are none of c. */
  means: (number[] | null)[]
}

/**
 * Score what was chosen, and what people labelled for evaluation. Once a model has learnt from a post it knows it too
 * well; these scores say how a model takes a post like it that it has not seen.
 */
export function scoresBefore(
  model: Calibrated,
  labels: readonly string[],
  chosen: readonly { id: string; text: string }[],
  evaluation: readonly { text: string; label: string }[],
): BeforeLearning {
  const scoresOf = (texts: readonly string[]) =>
    answersOf(model, texts).map(({ probabilities }) => labels.map((label) => probabilities[label] ?? 0))
  const scored = scoresOf(evaluation.map(({ text }) => text))
  const window = evaluation.flatMap(({ label }, i) => {
    const place = labels.indexOf(label)
    return place === -1 ? [] : [{ label: place, scores: scored[i]! }]
  })
  const { counts, means } = errorsOf(window, labels.length)
  const scores = scoresOf(chosen.map(({ text }) => text))
  return {
    scores: new Map(chosen.map(({ id }, i) => [id, scores[i]!])),
    means: means.map((row, c) => (counts[c]! > 0 ? row : null)),
  }
}
