import { keys, prefixes } from '../../shared/keys'
import type { Day, Ports } from './analyze'

/** A promotion brings the reports of so many days up to date, counted back from the last day of any hashtag. */
const DAYS = 7

/** Put the last days on the queue, one request for each day of each hashtag. */
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
  const from = latest && new Date(Date.parse(latest) - (DAYS - 1) * 86_400_000).toISOString().slice(0, 10)
  return days
    .filter(({ date }) => date >= from)
    .sort((a, b) => (a.date === b.date ? (a.hashtag < b.hashtag ? -1 : 1) : a.date > b.date ? -1 : 1))
}
