const OF_A_DAY = /^(\d{4}-\d{2}-\d{2})(?:-(\d{1,4}))?$/

/** Is it a batch that people were asked about? Those are named by their days; imports and corrections are not. */
export const isOfADay = (batch: string): boolean => OF_A_DAY.test(batch)

/**
 * The order of batches by name: by day, and the batches of a day as they were made, so that `2026-11-22-2` comes before
 * `2026-11-22-10`; then those that are of no day, as text.
 */
export function byBatch(a: string, b: string): number {
  const [first, second] = [OF_A_DAY.exec(a), OF_A_DAY.exec(b)]
  if (!first || !second) return Number(!first) - Number(!second) || asText(a, b)
  return asText(first[1]!, second[1]!) || Number(first[2] ?? 1) - Number(second[2] ?? 1) || asText(a, b)
}

const asText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
