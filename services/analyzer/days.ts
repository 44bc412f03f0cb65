import { dayAfter } from '../../shared/utc-day'

/** A UTC day of a hashtag; the form of a request on the queue. */
export interface Day {
  hashtag: string
  date: string
}

/** Days of one hashtag, ascending. */
export interface HashtagDays {
  hashtag: string
  days: readonly string[]
}

/** Days gathered by their hashtags, in the order of these. */
export function byHashtag(all: readonly Day[]): HashtagDays[] {
  const found = new Map<string, Set<string>>()
  for (const { hashtag, date } of all) found.set(hashtag, (found.get(hashtag) ?? new Set()).add(date))
  return [...found.keys()].sort().map((hashtag) => ({ hashtag, days: [...(found.get(hashtag) ?? [])].sort() }))
}

/** Days of a report's window, with the day itself. */
export const WEEK = 7

/** The UTC days of the window that ends with a day, in their order. */
export const weekTo = (date: string): string[] => Array.from({ length: WEEK }, (_, i) => dayAfter(date, i + 1 - WEEK))

/** The UTC days whose window has a day in it, but for the day itself. */
export const daysWith = (date: string): string[] => Array.from({ length: WEEK - 1 }, (_, i) => dayAfter(date, i + 1))
