export const DAY_MS = 86_400_000

/** The UTC day of an instant, as in `2026-11-22`. Numbers are milliseconds since the epoch. */
export const dayOf = (at: Date | number): string => new Date(at).toISOString().slice(0, 10)

/** The UTC day so many days after another; before it, where the number is negative. */
export const dayAfter = (day: string, days: number): string => dayOf(Date.parse(day) + days * DAY_MS)

/** How many days after `from` the day `to` is. */
export const daysBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / DAY_MS

/** Midnight at the beginning of an instant's UTC day; milliseconds since the epoch. */
export const midnightOf = (at: number): number => Math.floor(at / DAY_MS) * DAY_MS
