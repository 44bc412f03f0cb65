import type { Settings } from '../settings'
import { streamLabel, nameToday, namesOf, type StreamNames, watchedStreams } from '../streams'
import type { SecondOpinions } from './opinions'

/** Reads the opinions about a day of a stream, by all its names; undefined if the predictor was not asked about it. */
export type ReadOpinions = (names: StreamNames, date: string) => Promise<SecondOpinions | undefined>

/** A labelled message: where it was seen. */
interface Seen {
  item: string
  hashtags: readonly string[]
  /** UTC day. */
  date: string
}

/** Messages with what the second predictor answered about their day in any of their streams. */
export async function withOpinions<T extends Seen>(
  settings: Pick<Settings, 'hashtags' | 'sources'>,
  window: readonly T[],
  opinionsOn: ReadOpinions,
): Promise<(T & { opinion: number | undefined })[]> {
  const streams = new Map(
    watchedStreams(settings).map((one) => [streamLabel(nameToday(settings, one)), namesOf(settings, one)]),
  )
  const found: (T & { opinion: number | undefined })[] = []
  for (const one of window) {
    let opinion: number | undefined
    for (const names of streams.values()) {
      if (opinion === undefined && one.hashtags.includes(names[0].hashtag))
        opinion = (await opinionsOn(names, one.date))?.labels.get(one.item)
    }
    found.push({ ...one, opinion })
  }
  return found
}

/** Caches the opinions of a day. */
export function readOnce(read: ReadOpinions): ReadOpinions {
  const found = new Map<string, Promise<SecondOpinions | undefined>>()
  return (names, date) => {
    const key = `${streamLabel(names[0])} ${date}`
    const known = found.get(key) ?? read(names, date)
    found.set(key, known)
    return known
  }
}
