/** A number with its standard error. */
export interface Measured {
  estimate: number
  standardError: number
}

/** Both combined, weighted by inverse variance; z is their distance in standard errors. */
export function inverseVariance(one: Measured, other: Measured): Measured & { z: number } {
  const [a, b] = [one.standardError ** 2, other.standardError ** 2]
  const z = a + b > 0 ? (one.estimate - other.estimate) / Math.sqrt(a + b) : 0
  if (a === 0 || b === 0) return { ...(a === 0 ? one : other), z }
  return {
    estimate: (one.estimate / a + other.estimate / b) / (1 / a + 1 / b),
    standardError: (1 / a + 1 / b) ** -0.5,
    z,
  }
}

/** One day's two estimates of a share. */
export interface Pair {
  headline: Measured
  pacc: Measured
}

/**
 * How far PACC and the headline are apart over some days: the mean of their differences, and that mean over its own
 * standard error. The headlines of different days err independently; PACC errs in all of them together, because of its
 * window.
 */
export function disagreement(days: readonly Pair[]): { mean: number; error: number; z: number } {
  const count = days.length
  if (count === 0) return { mean: 0, error: 0, z: 0 }
  const average = (of: (pair: Pair) => number) => days.reduce((total, pair) => total + of(pair), 0) / count
  const mean = average(({ headline, pacc }) => pacc.estimate - headline.estimate)
  const variance =
    average(({ headline }) => headline.standardError ** 2) / count + average(({ pacc }) => pacc.standardError ** 2)
  const error = Math.sqrt(variance)
  return { mean, error, z: error > 0 ? mean / error : 0 }
}

/**
 * The tight estimate of a day: headline and PACC by inverse variance. PACC's variance includes the difference that the
 * seven days show, and its uncertainty. So the weight moves to the labels of the day while the two drift apart, long
 * before the estimate is withheld.
 */
export const tightOf = ({ headline, pacc }: Pair, apart: { mean: number; error: number }): Measured =>
  inverseVariance(headline, {
    estimate: pacc.estimate,
    standardError: Math.hypot(pacc.standardError, apart.mean, apart.error),
  })
