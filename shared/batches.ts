import { z } from 'zod'

const OF_A_DAY = /^(\d{4}-\d{2}-\d{2})(?:-(\d{1,4}))?$/

/** The name of a batch that annotators were asked about: its UTC day, with a number from the day's second batch on. */
export const batchName = z.string().regex(OF_A_DAY, 'a batch is named by its UTC day, as in 2026-11-22 or 2026-11-22-2')

/** Whether annotators were asked about a batch. Imports and corrections have other names. */
export const isOfADay = (batch: string): boolean => OF_A_DAY.test(batch)

/**
 * The order of batches by name: by day, then by number, so `2026-11-22-2` comes before `2026-11-22-10`. Batches that are
 * not of a day come last, as text.
 */
export function byBatch(a: string, b: string): number {
  const [first, second] = [OF_A_DAY.exec(a), OF_A_DAY.exec(b)]
  if (!first || !second) return Number(!first) - Number(!second) || asText(a, b)
  return asText(a.slice(0, 10), b.slice(0, 10)) || Number(first[2] ?? 1) - Number(second[2] ?? 1) || asText(a, b)
}

const asText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
