import { DAY_MS, midnightOf } from './utc-day'

/**
 * The last instant at or before `now` at which a daily schedule `cron(minute hour * * ? *)` was due, in milliseconds;
 * undefined for other schedules.
 */
export function lastDue(cron: string, now: number): number | undefined {
  const [, minute, hour] = /^cron\((\d{1,2}) (\d{1,2}) (?:\* \* \?|\? \* \*) \*\)$/.exec(cron) ?? []
  if (minute === undefined || hour === undefined) return undefined
  const today = midnightOf(now) + (Number(hour) * 60 + Number(minute)) * 60_000
  return today <= now ? today : today - DAY_MS
}
