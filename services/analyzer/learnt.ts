import type { StandingLabel } from '../../shared/labels'
import type { PlanRecord } from '../../shared/records'
import { errorsOf, type Scored } from '../../shared/statistics/classifier-errors'
import { lineOf } from '../../shared/statistics/line'

/**
 * Fewer labels of a class than this in the window, or than this that the model which chose had scored too, say less of how
 * the model takes an unseen post than the post itself does.
 */
const LEAST = 20

/** The scores that count for a message in place of what the model says of it now, where they are others. */
export type Unlearnt = (item: string) => number[] | undefined

/**
 * A model fits the posts that it has learnt from, and a day of which it has learnt much would count as what people said
 * of those, while the labels of the day say how it errs on all others. So a message that was labelled for training counts
 * with the score that the model gives to messages of its class that it has not seen, by the evaluation window: with their
 * mean or, where a model chose it, by the regression of the model's scores on those that the other gave before. Without
 * that the harder ones, which are chosen, would pass for average ones. Scores may lie outside [0, 1]; their sum is one.
 */
export function unlearnt(
  labels: readonly string[],
  given: ReadonlyMap<string, Pick<StandingLabel, 'label' | 'role'>>,
  plans: readonly Pick<PlanRecord, 'items' | 'categories' | 'trainingChoice'>[],
  window: readonly (Scored & { item: string })[],
): Unlearnt {
  const byClass = labels.map((_, c) => window.filter(({ label }) => label === c))
  const { counts, means } = errorsOf(window, labels.length)
  const chosen = new Map<string, (place: number) => number[] | undefined>()
  for (const { items, categories, trainingChoice } of plans) {
    const before = new Map(trainingChoice?.evaluation?.map(({ item, scores }) => [item, scores]))
    if (before.size === 0 || categories.join('\n') !== labels.join('\n')) continue
    const lines = byClass.map((own) => {
      const both = own.filter(({ item }) => before.has(item))
      if (both.length < LEAST) return undefined
      return labels.map((_, k) => lineOf(both.map(({ item, scores }) => ({ x: before.get(item)![k]!, y: scores[k]! }))))
    })
    for (const { item, scores } of items) {
      if (scores) chosen.set(item, (place) => lines[place]?.map((at, k) => at(scores[k]!)))
    }
  }
  return (item) => {
    const label = given.get(item)
    if (label?.role !== 'training') return undefined
    const place = labels.indexOf(label.label)
    if (place === -1 || counts[place]! < LEAST) return undefined
    const unseen = chosen.get(item)
    return unseen ? unseen(place) : means[place]
  }
}
