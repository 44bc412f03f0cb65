import { type StreamDay, streamLabel, type StreamName, streamNameOf } from '../../shared/streams'
import { dayAfter } from '../../shared/utc-day'

/** Days of one stream, ascending. */
export interface StreamDays extends StreamName {
  days: readonly string[]
}

/** Days gathered by their streams, in the order of these. */
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

/** Days of a report's window, with the day itself. */
export const WEEK = 7

/** The UTC days of the window that ends with a day, in their order. */
export const weekTo = (date: string): string[] => Array.from({ length: WEEK }, (_, i) => dayAfter(date, i + 1 - WEEK))

/** The first UTC day of the window that ends with a day. */
export const weekStart = (date: string): string => dayAfter(date, 1 - WEEK)

/** The UTC days whose window has a day in it, but for the day itself. */
export const daysWith = (date: string): string[] => Array.from({ length: WEEK - 1 }, (_, i) => dayAfter(date, i + 1))
