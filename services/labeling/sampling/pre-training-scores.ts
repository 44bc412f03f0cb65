import { answersOf, type Calibrated, scoresIn } from '../../../shared/answers'
import { type ShownText, textOfShown } from '../../../shared/text'

/** What the model that chooses says of posts, before any model learns from them; in the order of the labels. */
export interface BeforeLearning {
  /** Of what it chose, by item. */
  scores: ReadonlyMap<string, number[]>
  /** Of posts that people labelled for evaluation. */
  evaluation: { item: string; scores: number[] }[]
}

/**
 * Score what was chosen, and what people labelled for evaluation. Once a model has learnt from a post it knows it too
 * well; from these scores follows how a later model would take it unseen.
 */
export function scoresBefore(
  model: Calibrated,
  labels: readonly string[],
  chosen: readonly { id: string; text: ShownText }[],
  evaluation: readonly { id: string; text: ShownText }[],
): BeforeLearning {
  const all = answersOf(
    model,
    [...chosen, ...evaluation].map(({ text }) => textOfShown(text)),
  ).map(({ probabilities }) => scoresIn(labels, probabilities).map(rounded))
  return {
    scores: new Map(chosen.map(({ id }, i) => [id, all[i]!])),
    evaluation: evaluation.map(({ id }, i) => ({ item: id, scores: all[chosen.length + i]! })),
  }
}

/** They stand in the plan of every batch. */
const rounded = (score: number): number => Math.round(score * 1e4) / 1e4
