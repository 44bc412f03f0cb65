import { keys, prefixes } from '../../shared/keys'
import type { Ports } from './analyze'
import { dayAfter, type Day, WEEK } from './days'

/** Put the days of the last week on the queue, counted back from the last day of any hashtag: one request for each. */
export const fanOut =
  ({ objects, enqueue }: Pick<Ports, 'objects' | 'enqueue'>) =>
  async (): Promise<{ days: Day[] }> => {
    const found = new Map<string, Day>()
    for await (const { key } of objects.list(prefixes.raw)) {
      const run = keys.run.match(key)
      if (run) found.set(`${run.date} ${run.hashtag}`, { hashtag: run.hashtag, date: run.date })
    }
    const days = recent([...found.values()])
    for (const day of days) await enqueue(day)
    return { days }
  }

/** The newest first: what people look at is right soonest. */
function recent(days: readonly Day[]): Day[] {
  const latest = days.reduce((last, { date }) => (date > last ? date : last), '')
  const from = latest && dayAfter(latest, 1 - WEEK)
  return days
    .filter(({ date }) => date >= from)
    .sort((a, b) => (a.date === b.date ? (a.hashtag < b.hashtag ? -1 : 1) : a.date > b.date ? -1 : 1))
}
