const DAY_MS = 86_400_000

/**
 * The last instant at or before `now` at which a daily schedule `cron(minute hour * * ? *)` came due, in milliseconds;
 * nothing for schedules of another form.
 */
export function lastDue(cron: string, now: number): number | undefined {
  const [, minute, hour] = /^cron\((\d{1,2}) (\d{1,2}) (?:\* \* \?|\? \* \*) \*\)$/.exec(cron) ?? []
  if (minute === undefined || hour === undefined) return undefined
  const today = midnight(now) + (Number(hour) * 60 + Number(minute)) * 60_000
  return today <= now ? today : today - DAY_MS
}

/** Midnight (UTC) of the day that an instant lies in; milliseconds. */
export const midnight = (at: number): number => Math.floor(at / DAY_MS) * DAY_MS
