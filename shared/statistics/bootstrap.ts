import { mulberry32 } from './random'

const { floor } = Math

/** Computed on resampled items: `weights[i]` is how often item i was drawn. */
type Statistic = (weights: Uint32Array) => number

/** The resampled values of each statistic. */
type OfEach<S extends readonly Statistic[]> = { -readonly [K in keyof S]: Float64Array }

interface Interval {
  low: number
  high: number
}

interface Resampling {
  replicates: number
  seed: number
}

/**
 * The parameters that `statistics.md`, section 5, was measured with. The seed is fixed: the same window has the same
 * verdict on any day.
 */
export const RESAMPLING: Resampling = { replicates: 2000, seed: 1 }

/**
 * Resample the items with replacement: for each statistic its values in the order of the draws. Statistics of the same
 * draws are paired, so their differences are differences on the same items (Berg-Kirkpatrick and others, 2012). No
 * values without items.
 */
export function bootstrap<const S extends readonly Statistic[]>(
  items: number,
  statistics: S,
  { replicates, seed }: Resampling = RESAMPLING,
): OfEach<S> {
  const random = mulberry32(seed)
  const values = statistics.map(() => new Float64Array(items > 0 ? replicates : 0))
  const weights = new Uint32Array(items)
  for (let replicate = 0; items > 0 && replicate < replicates; replicate++) {
    weights.fill(0)
    for (let draw = 0; draw < items; draw++) weights[floor(random() * items)]!++
    for (const [i, statistic] of statistics.entries()) values[i]![replicate] = statistic(weights)
  }
  // TypeScript types what `map` makes of a tuple as an array.
  return values as OfEach<S>
}

/** The middle part of resampled values, 95 % of them by default; nothing where there are none. */
export function percentileInterval(values: Float64Array, level = 0.95): Interval | null {
  if (values.length === 0) return null
  const sorted = values.toSorted()
  const at = (share: number) => {
    const place = share * (sorted.length - 1)
    const below = sorted[Math.floor(place)]!
    return below + (sorted[Math.ceil(place)]! - below) * (place % 1)
  }
  return { low: at((1 - level) / 2), high: at((1 + level) / 2) }
}

/** The standard deviation of resampled values, which estimates the standard error of the statistic; NaN of no values. */
export function deviationOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
}

/** The classes of items as numbers from 0: the true one, and the predicted one. */
export interface AnsweredClasses {
  truths: readonly number[]
  answers: readonly number[]
}

/** Share of right predictions among the drawn items. */
export const accuracyOf =
  ({ truths, answers }: AnsweredClasses): Statistic =>
  (weights) => {
    let drawn = 0
    let right = 0
    for (let i = 0; i < weights.length; i++) {
      drawn += weights[i]!
      if (truths[i] === answers[i]) right += weights[i]!
    }
    return right / drawn
  }

/** Mean F1 over the classes that some drawn item has. */
export function macroF1Of({ truths, answers }: AnsweredClasses): Statistic {
  const classes = Math.max(0, ...truths, ...answers) + 1
  const gold = new Float64Array(classes)
  const given = new Float64Array(classes)
  const right = new Float64Array(classes)
  return (weights) => {
    for (const counts of [gold, given, right]) counts.fill(0)
    for (let i = 0; i < weights.length; i++) {
      const weight = weights[i]!
      gold[truths[i]!]! += weight
      given[answers[i]!]! += weight
      if (truths[i] === answers[i]) right[truths[i]!]! += weight
    }
    let sum = 0
    let present = 0
    for (let one = 0; one < classes; one++) {
      if (gold[one] === 0) continue
      present++
      sum += (2 * right[one]!) / (gold[one]! + given[one]!)
    }
    return sum / present
  }
}
