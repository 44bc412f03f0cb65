import { isOfADay } from '../../shared/batches'
import type { Invocation } from '../../shared/door'
import type { Labels } from '../../shared/labels'
import type { Ports } from './analyze'
import { type Day, dayAfter, hasRun, WEEK } from './days'
import { plansFor } from './samples'
import { markReported } from '../../shared/state/reported-batches'

const WAIT_SECONDS = 20

/**
 * Labels come in a row, as when an owner corrects some, and have a dataset made and perhaps a model trained at once, which
 * is the longer way. So what they bear on is reported a little later, and a day that several bear on once.
 */
export const whenSettled =
  ({ enqueue }: Pick<Ports, 'enqueue'>) =>
  async (labels: string, { now }: Pick<Invocation, 'now'>): Promise<void> =>
    enqueue({ labels, since: now.toISOString() }, WAIT_SECONDS)

/**
 * Labels are in: put on the queue every day whose probability sample has one of these items, of those for training the
 * days of the posts that were shown, and of a batch the days it drew from, also where nobody answered. A correction has no
 * draws of its own; its items are found in those of the batches they were drawn by.
 */
export const relabelled =
  ({ objects, enqueue, table, labels: store }: Pick<Ports, 'objects' | 'enqueue' | 'table' | 'labels'>) =>
  async ({ labels: batch, since }: Settled, { now }: Pick<Invocation, 'now'>): Promise<{ days: Day[] }> => {
    // Whoever settled the batch may have crashed before its labels were in.
    const { labels } = await store.record(batch)
    const own = isOfADay(batch) ? [batch.slice(0, 10)] : []
    const { items, training, from, to } = itemsOf(labels, batch, own)
    const found = new Map<string, Day>()
    // Labels that were imported may be of days that nobody collected.
    for (const day of training) if (await hasRun(objects, day)) found.set(placeOf(day), day)
    for (const plan of from === undefined || to === undefined ? [] : await plansFor(objects, from, to)) {
      for (const { hashtag, date, members } of plan.draws) {
        if (plan.batch !== batch && !members.some(({ item }) => items.has(item))) continue
        found.set(placeOf({ hashtag, date }), { hashtag, date })
      }
    }
    const days = [...found.keys()]
      .sort()
      .reverse()
      .map((place) => found.get(place)!)
    for (const day of days) await enqueue({ ...day, since: since ?? now.toISOString() })
    await markReported(table, batch, now)
    return { days }
  }

export interface Settled {
  /** Name of the batch. */
  labels: string
  /** When its labels came in, an instant: a report that was begun after that has them. */
  since?: string | undefined
}

const placeOf = ({ hashtag, date }: Day): string => `${date} ${hashtag}`

/**
 * The items whose label comes from the batch, the days of those for training, and the days between which a draw can have
 * the items or is one of the batch's own days: a message lives for days.
 */
function itemsOf(labels: Labels['labels'], batch: string, own: readonly string[]) {
  const items = new Set<string>()
  const training = new Map<string, Day>()
  const dates = [...own]
  for (const { item, role, date, hashtags, batch: of } of labels.values()) {
    if (of !== batch) continue
    items.add(item)
    dates.push(date)
    if (role !== 'training') continue
    for (const hashtag of hashtags) training.set(placeOf({ hashtag, date }), { hashtag, date })
  }
  dates.sort()
  const [first, last] = [dates[0], dates.at(-1)]
  return {
    items,
    training: [...training.values()],
    from: first && dayAfter(first, 1 - WEEK),
    to: last && dayAfter(last, WEEK),
  }
}
