import { clamp } from './numbers'

/**
 * A difference of two estimates: its standard score, and the probability of a difference this large by chance alone.
 */
export interface Contrast {
  z: number
  /** Two-sided, in [0, 1]. */
  p: number
}

interface Estimate {
  estimate: number
  /** Standard error of the estimate; not negative. */
  standardError: number
}

/** The greatest correlation of two errors that is believed: the covariance is an estimate as well. */
const MOST_COMMON = 0.9

/**
 * The normal test of two estimates, whose errors have this covariance. A covariance left out makes the test conservative
 * where the errors are positively correlated.
 * Two estimates without any error are either equal or certainly different.
 */
export function contrastOf(now: Estimate, before: Estimate, covariance = 0): Contrast {
  const most = MOST_COMMON * now.standardError * before.standardError
  const error = Math.sqrt(now.standardError ** 2 + before.standardError ** 2 - 2 * clamp(covariance, -most, most))
  const difference = now.estimate - before.estimate
  if (error === 0) return difference === 0 ? { z: 0, p: 1 } : { z: Math.sign(difference) * Infinity, p: 0 }
  const z = difference / error
  return { z, p: twoSided(z) }
}

/** The probability that a standard normal number is at least as far from zero as `z`. */
export const twoSided = (z: number): number => Math.min(1, complementaryError(Math.abs(z) / Math.SQRT2))

/** erfc of a number that is not negative, within 1.2e-7 of its value (Numerical Recipes, 6.2: a Chebyshev fit). */
function complementaryError(x: number): number {
  const t = 2 / (2 + x)
  const exponent = COEFFICIENTS.reduceRight((inner, coefficient) => coefficient + t * inner, 0)
  return t * Math.exp(-x * x + exponent)
}

const COEFFICIENTS = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
  0.17087277,
]

/**
 * Which of these hypotheses Holm's step-down procedure (Holm 1979) rejects, in their order: the probability that it rejects
 * any that is true is at most `alpha`, however they depend on each other.
 */
export function holm(probabilities: readonly number[], alpha: number): boolean[] {
  const rejected = probabilities.map(() => false)
  const inOrder = probabilities.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p)
  for (const [rank, { p, index }] of inOrder.entries()) {
    if (p > alpha / (probabilities.length - rank)) break
    rejected[index] = true
  }
  return rejected
}
