/** The normal quantile of a 95 % interval. */
export const Z95 = 1.959964

/**
 * Wilson's 95 % interval of a share seen in so many independent draws (Wilson, JASA 1927). `n` may be fractional: an
 * effective sample size. With no draws it is [0, 1].
 */
export function wilson(share: number, n: number, z = Z95): { low: number; high: number } {
  if (!(n > 0)) return { low: 0, high: 1 }
  if (n === Number.POSITIVE_INFINITY) return { low: share, high: share }
  const centre = (share + (z * z) / (2 * n)) / (1 + (z * z) / n)
  const half = (z * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n))) / (1 + (z * z) / n)
  return { low: Math.max(0, Math.min(share, centre - half)), high: Math.min(1, Math.max(share, centre + half)) }
}
