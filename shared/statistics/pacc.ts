import { type ClassifierErrors, errorsOf, type Scored } from './classifier-errors'
import { choleskyRoot } from './matrix'
import { mulberry32 } from './random'
import { leastSquaresOnSimplex } from './simplex'
import { Z95 } from './wilson'
import { clip } from './numbers'

/** The mean scores of a day, with their covariance as means of independent messages. */
interface DayScores {
  means: readonly number[]
  covariance: readonly (readonly number[])[]
}

export interface Quantified {
  /** In the order of the classes. */
  classes: { estimate: number; standardError: number; low: number; high: number }[]
}

/** Classes with fewer labels in the window, or that the model separates less, cannot be estimated. */
const LEAST_OF_CLASS = 10
const LEAST_DIFFERENCE = 0.1

/** Why shares cannot be estimated from these errors; undefined where they can. */
export function whyNotEstimable(errors: ClassifierErrors, names: readonly string[]): string | undefined {
  const { counts, means } = errors
  const rare = counts.findIndex((count) => count < LEAST_OF_CLASS)
  if (rare !== -1) {
    return `the evaluation window has ${counts[rare]} labels of ${names[rare]}: ${LEAST_OF_CLASS} are needed`
  }
  // A class whose own mean score is hardly above its score for other classes.
  const blurred = means.findIndex(
    (column, c) => column[c]! - Math.max(...means.map((other, o) => (o === c ? 0 : other[c]!))) < LEAST_DIFFERENCE,
  )
  return blurred === -1 ? undefined : `the model hardly tells ${names[blurred]} from the rest`
}

/**
 * The shares of the classes from the mean scores of a day and how the model scores each class in the window: PACC (Bella
 * et al., ICDM 2010), for two classes in closed form and for more by least squares on the simplex.
 */
export function pacc(errors: ClassifierErrors, means: readonly number[]): number[] {
  if (errors.means.length !== 2) return leastSquaresOnSimplex(errors.means, means)
  const [f, t] = [errors.means[0]![1]!, errors.means[1]![1]!]
  const share = t === f ? 0.5 : clip((means[1]! - f) / (t - f))
  return [1 - share, share]
}

/**
 * PACC of two classes with its 95 % interval by the delta method:
 * se² = (var(q) + p²·v₁/n₁ + (1−p)²·v₀/n₀) / (t−f)².
 */
export function paccOfTwo(errors: ClassifierErrors, day: DayScores): Quantified {
  const [, share] = pacc(errors, day.means) as [number, number]
  const apart = errors.means[1]![1]! - errors.means[0]![1]!
  const perItem = (c: number) => errors.variances[c]![1]! / Math.max(1, errors.counts[c]!)
  const variance = (day.covariance[1]![1]! + share ** 2 * perItem(1) + (1 - share) ** 2 * perItem(0)) / apart ** 2
  const standardError = Math.sqrt(variance)
  return { classes: [1 - share, share].map((estimate) => withInterval(estimate, standardError)) }
}

/**
 * PACC of any number of classes with the interval of a joint bootstrap: each replicate resamples the window, moves the
 * mean scores of the day by their own error, and solves. `seed` makes it deterministic.
 */
export function paccOfMany(window: readonly Scored[], day: DayScores, seed: number, replicates = 500): Quantified {
  const classes = day.means.length
  const estimate = pacc(errorsOf(window, classes), day.means)
  const random = mulberry32(seed)
  const root = choleskyRoot(day.covariance)
  const draws = Array.from({ length: replicates }, () => {
    const again = Array.from({ length: window.length }, () => window[Math.floor(random() * window.length)]!)
    const normals = day.means.map(() => nextNormal(random))
    const means = day.means.map((mean, k) => root[k]!.reduce((sum, part, j) => sum + part * normals[j]!, mean))
    return pacc(errorsOf(again, classes), means)
  })
  return {
    classes: estimate.map((share, k) => {
      const sorted = draws.map((draw) => draw[k]!).sort((a, b) => a - b)
      const mean = sorted.reduce((sum, value) => sum + value, 0) / replicates
      const variance = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (replicates - 1)
      const at = (quantile: number) => sorted[Math.min(replicates - 1, Math.floor(quantile * replicates))]!
      return {
        estimate: share,
        standardError: Math.sqrt(variance),
        low: Math.min(share, at(0.025)),
        high: Math.max(share, at(0.975)),
      }
    }),
  }
}

const withInterval = (estimate: number, standardError: number) => ({
  estimate,
  standardError,
  low: clip(estimate - Z95 * standardError),
  high: clip(estimate + Z95 * standardError),
})

/** Box and Muller's: a standard normal number from two uniform ones. */
const nextNormal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
