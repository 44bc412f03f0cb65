import { keys } from '../../shared/keys'
import { parseJson } from '../../shared/objects'
import { reportIndexRecord } from '../../shared/records'
import type { Ports, Work } from './analyze'
import { dayAfter } from '../../shared/utc-day'
import { byHashtag, WEEK } from './days'

/** Another model is live: put the last week on the queue, counted back from the last day of any hashtag; a piece of work for each hashtag. */
export const promoted =
  ({ objects, enqueue }: Pick<Ports, 'objects' | 'enqueue'>) =>
  async (): Promise<{ work: Work[] }> => {
    // Every day with a run has a report, or is about to get one by the model that is live then.
    const key = keys.reportIndex({})
    const stored = await objects.read(key)
    const { days } = stored ? parseJson(stored.body.toString('utf8'), reportIndexRecord, key) : { days: [] }
    const latest = days.reduce((last, { date }) => (date > last ? date : last), '')
    const from = latest && dayAfter(latest, 1 - WEEK)
    const recent = days.filter(({ date }) => date >= from)
    const work = byHashtag(recent)
    for (const one of work) await enqueue(one)
    return { work }
  }
