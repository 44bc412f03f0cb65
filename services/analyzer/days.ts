import { type StreamDay, streamLabel, type StreamName, streamNameOf } from '../../shared/streams'
import { dayAfter } from '../../shared/utc-day'

/** Days of one stream, ascending. */
export interface StreamDays extends StreamName {
  days: readonly string[]
}

/** Days grouped by stream, in the order of the streams. */
export function byStream(all: readonly StreamDay[]): StreamDays[] {
  const found = new Map<string, StreamName & { days: Set<string> }>()
  for (const { date, ...name } of all) {
    const one = found.get(streamLabel(name)) ?? { ...streamNameOf(name), days: new Set() }
    one.days.add(date)
    found.set(streamLabel(name), one)
  }
  return [...found.keys()].sort().flatMap((label) => {
    const one = found.get(label)
    return one ? [{ ...one, days: [...one.days].sort() }] : []
  })
}

/** Number of days in a report's window, including the day itself. */
export const WEEK = 7

/** The UTC days of the window that ends with a day, in order. */
export const weekTo = (date: string): string[] => Array.from({ length: WEEK }, (_, i) => dayAfter(date, i + 1 - WEEK))

/** The first UTC day of the window that ends with a day. */
export const weekStart = (date: string): string => dayAfter(date, 1 - WEEK)

/** The later UTC days whose window contains a day. */
export const daysWith = (date: string): string[] => Array.from({ length: WEEK - 1 }, (_, i) => dayAfter(date, i + 1))
