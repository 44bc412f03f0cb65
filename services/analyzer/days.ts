import { keys } from '../../shared/keys'
import type { Objects } from '../../shared/objects'
import { type RunRecord, runRecord } from '../../shared/records'

/** A UTC day of a hashtag; the form of a request on the queue. */
export interface Day {
  hashtag: string
  date: string
}

/** Days of a report's window, with the day itself. */
export const WEEK = 7

const DAY_MS = 86_400_000

export const dayAfter = (date: string, days: number): string =>
  new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10)

/** The UTC days of the window that ends with a day, in their order. */
export const weekTo = (date: string): string[] => Array.from({ length: WEEK }, (_, i) => dayAfter(date, i + 1 - WEEK))

/** The UTC days whose window has a day in it, but for the day itself. */
export const daysWith = (date: string): string[] => Array.from({ length: WEEK - 1 }, (_, i) => dayAfter(date, i + 1))

/** The runs of a day that have ended, in the order of their names. */
export async function runsOf(objects: Pick<Objects, 'list' | 'readJson'>, day: Day): Promise<RunRecord[]> {
  const runs: RunRecord[] = []
  for await (const { key } of objects.list(folderOf(day))) {
    if (keys.run.match(key)) runs.push(await objects.readJson(key, runRecord))
  }
  return runs.sort((a, b) => (a.run < b.run ? -1 : 1))
}

/** Is there a run of the day? */
export async function hasRun(objects: Pick<Objects, 'list'>, day: Day): Promise<boolean> {
  for await (const { key } of objects.list(folderOf(day))) if (keys.run.match(key)) return true
  return false
}

/** With the slash at its end: no other day's folder begins so. */
const folderOf = (day: Day): string => keys.run({ ...day, run: 'x' }).replace(/run=x\/run\.json$/, '')
