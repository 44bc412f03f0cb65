import { DAY_MS, midnightOf } from '../../shared/utc-day'

/** A half-open interval of time: from <= t < to. Instants as `toISOString` writes them, so that they sort as text. */
export interface TimeWindow {
  from: string
  to: string
}

/** Midnight (UTC) of the day that an instant lies in. */
export const midnight = (at: Date): string => new Date(midnightOf(at.getTime())).toISOString()

export const dayBefore = (instant: string): string => new Date(Date.parse(instant) - DAY_MS).toISOString()

/** The UTC day that begins at an instant. */
export const dayFrom = (from: string): TimeWindow => ({
  from,
  to: new Date(Date.parse(from) + DAY_MS).toISOString(),
})

/** Name of the run for a window. Deterministic: the same window has the same name. */
export const runId = ({ from, to }: TimeWindow): string => `${compact(from)}-${compact(to)}`

/** Cut off the part of a window before a horizon. Returns what is left, and the part that was cut, if any. */
export function clipWindow(
  { from, to }: TimeWindow,
  horizon: string | undefined,
): { gap: TimeWindow | null; left: TimeWindow | null } {
  if (horizon === undefined || horizon <= from) return { gap: null, left: { from, to } }
  if (horizon >= to) return { gap: { from, to }, left: null }
  return { gap: { from, to: horizon }, left: { from: horizon, to } }
}

const compact = (instant: string): string =>
  instant
    .replace(/\.\d+Z$/, 'z')
    .replaceAll(/[-:]/g, '')
    .toLowerCase()
