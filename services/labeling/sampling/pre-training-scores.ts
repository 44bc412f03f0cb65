import { answersOf, type Calibrated, scoresIn } from '../../../shared/answers'
import { type ShownText, textOfShown } from '../../../shared/text'

/** The choosing model's scores of posts before any model is trained on them; in the order of the labels. */
export interface PreTrainingScores {
  /** Of the chosen items, by item. */
  scores: ReadonlyMap<string, number[]>
  /** Of posts that were labelled for evaluation. */
  evaluation: { item: string; scores: number[] }[]
}

/**
 * Score the chosen posts and the labelled evaluation posts. A model's scores of its own training posts are optimistic;
 * these estimate how a later model would score them out of sample.
 */
export async function preTrainingScores(
  model: Calibrated,
  labels: readonly string[],
  chosen: readonly { id: string; text: ShownText }[],
  evaluation: readonly { id: string; text: ShownText }[],
): Promise<PreTrainingScores> {
  const texts = [...chosen, ...evaluation].map(({ text }) => textOfShown(text))
  const answers = await answersOf(model, texts)
  const all = answers.map(({ probabilities }) => scoresIn(labels, probabilities).map(rounded))
  return {
    scores: new Map(chosen.map(({ id }, i) => [id, all[i]!])),
    evaluation: evaluation.map(({ id }, i) => ({ item: id, scores: all[chosen.length + i]! })),
  }
}

/** They stand in the plan of every batch. */
const rounded = (score: number): number => Math.round(score * 1e4) / 1e4
