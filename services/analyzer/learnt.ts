import type { GivenLabel } from '../../shared/labels-given'
import type { PlanRecord } from '../../shared/records'
import { errorsOf, type Scored } from '../../shared/statistics/classifier-errors'

/** Fewer labels of a class than this in the window do not say how the model scores it. */
const LEAST_OF_CLASS = 5

/** The scores that count for a message in place of what the model says of it now, where they are others. */
export type Unlearnt = (item: string) => number[] | undefined

/**
 * A model fits the posts that it has learnt from, and a day of which it has learnt much would count as what people said
 * of those, when the labels of the day say how it errs on all others. So a message that was labelled for training counts
 * as a model like this one takes it unseen: with the mean scores of its class in the evaluation window and, where a model
 * chose it, by how much its scores were above those of its class then. Without that the harder ones, which are
 * chosen, would pass for average ones. Scores may lie outside [0, 1]; their sum is one.
 */
export function unlearnt(
  labels: readonly string[],
  given: ReadonlyMap<string, Pick<GivenLabel, 'label' | 'role'>>,
  plans: readonly Pick<PlanRecord, 'items' | 'categories' | 'trainingChoice'>[],
  window: readonly Scored[],
): Unlearnt {
  const { counts, means } = errorsOf(window, labels.length)
  const chosen = new Map<string, { scores: number[]; means: (number[] | null)[] }>()
  for (const { items, categories, trainingChoice } of plans) {
    if (!trainingChoice?.meanScores || categories.join('\n') !== labels.join('\n')) continue
    for (const { item, scores } of items) if (scores) chosen.set(item, { scores, means: trainingChoice.meanScores })
  }
  return (item) => {
    const label = given.get(item)
    if (label?.role !== 'training') return undefined
    const place = labels.indexOf(label.label)
    if (place === -1 || counts[place]! < LEAST_OF_CLASS) return undefined
    const own = means[place]!
    const before = chosen.get(item)
    const meanBefore = before?.means[place]
    return meanBefore ? own.map((mean, k) => mean + before.scores[k]! - meanBefore[k]!) : own
  }
}
