import { type ClassifierErrors, momentsAt } from './classifier-errors'
import { wilson, Z95 } from './wilson'

/** A message of the probability sample of a day. */
export interface Sampled {
  item: string
  /** Posts of the message on that day. */
  size: number
  inclusionProbability: number
  /** Place of its label among the classes, or nothing where it has none. */
  label: number | undefined
  /** Probability of each class by the model of today. */
  scores: readonly number[]
}

/** What the sample was drawn from. */
export interface Population {
  /** Posts, or distinct messages: what the share is a share of. */
  total: number
  /** Mean score of each class over it. */
  means: readonly number[]
}

/** What the model brings to an estimate: how far to lean on it, and how it errs. */
export interface Assistance {
  /** λ of each class, in [0, 1]. */
  weights: readonly number[]
  errors: ClassifierErrors
  /** The shares at which the window says how far the residuals spread. */
  expected: readonly number[]
}

export type Basis = 'posts' | 'messages'

/** The estimate of one sample, in the parts that several are put together from. */
export interface Part {
  total: number
  /** Posts or messages whose label is not known for certain. */
  uncertain: number
  /** By class: how many are known for certain to have it. */
  certain: number[]
  /** By class: the estimated share of it among the uncertain; may lie outside [0, 1]. */
  shares: number[]
  /** Variance of a mean over the sample, for residuals of variance one. */
  design: number
  /** By class: variance of the residuals, and of the labels alone. */
  residual: number[]
  binomial: number[]
  /** By item: what it adds to the error of the total, by class; for messages that several samples have. */
  leverage: Map<string, number[]>
}

export interface Estimated {
  /** By class. */
  classes: { estimate: number; standardError: number; low: number; high: number }[]
}

/** Labels that the spread seen in the window counts for, beside those of the day. */
const PRIOR_LABELS = 10

/**
 * For each class the weight on the model that leaves the least variance in a population with these shares:
 * λ = cov(y,f) / var(f), in [0, 1]. By labels of the window alone, so that the labels of the day say nothing twice.
 */
export const modelWeights = (errors: ClassifierErrors, shares: readonly number[]): number[] =>
  shares.map((_, k) => {
    const { covariance, scoreVariance } = momentsAt(errors, shares, k)
    return scoreVariance > 0 ? clamp(covariance / scoreVariance, 0, 1) : 0
  })

/**
 * The difference estimator (PPI with a fixed λ; the GREG of survey sampling, Särndal et al. 1992) of a size-proportional
 * bottom-k sample: θ = λ·mean(f) + the mean of y − λf, over what was taken for certain as it is, over the rest weighted
 * by 1/π. Certain messages without a label count with the rest. Without assistance it is the labels alone.
 */
export function differencePart(
  sample: readonly Sampled[],
  population: Population,
  basis: Basis,
  assistance: Assistance | undefined,
): Part {
  const classes = population.means.length
  const count = ({ size }: Sampled) => (basis === 'posts' ? size : 1)
  const isCertain = ({ inclusionProbability, label }: Sampled) => inclusionProbability >= 1 && label !== undefined
  const known = sample.filter(isCertain)
  const drawn = sample.filter(({ inclusionProbability }) => inclusionProbability < 1)
  const unknown = sample.filter(({ inclusionProbability, label }) => inclusionProbability >= 1 && label === undefined)
  const rest = drawn.filter(({ label }) => label !== undefined)

  const certain = zeros(classes)
  const certainScores = zeros(classes)
  let certainTotal = 0
  for (const one of known) {
    certain[one.label!]! += count(one)
    certainTotal += count(one)
    for (let k = 0; k < classes; k++) certainScores[k]! += count(one) * one.scores[k]!
  }
  const uncertain = Math.max(0, population.total - certainTotal)
  const part: Part = {
    total: population.total,
    uncertain,
    certain,
    shares: zeros(classes),
    design: 0,
    residual: zeros(classes),
    binomial: zeros(classes),
    leverage: new Map(),
  }
  if (uncertain === 0) return part
  if (rest.length === 0) {
    const evenly = (value: number) => part.shares.map(() => value)
    return {
      ...part,
      design: Number.POSITIVE_INFINITY,
      shares: evenly(1 / classes),
      residual: evenly(0.25),
      binomial: evenly(0.25),
    }
  }

  const answered = rest.length / drawn.length
  const weights = rest.map((one) => count(one) / one.inclusionProbability)
  const weightSum = sum(weights)
  const spread = rest.map(
    ({ inclusionProbability }, i) => (weights[i]! / weightSum) ** 2 * (1 - inclusionProbability * answered),
  )
  const left = unknown.reduce((total, one) => total + (count(one) / uncertain) ** 2, 0)
  part.design = sum(spread) + left
  const spreadSum = sum(spread)
  const bessel = rest.length > 1 ? rest.length / (rest.length - 1) : 1

  for (let k = 0; k < classes; k++) {
    const lambda = assistance?.weights[k] ?? 0
    const residuals = rest.map(({ label, scores }) => Number(label === k) - lambda * scores[k]!)
    const mean = weights.reduce((total, weight, i) => total + weight * residuals[i]!, 0) / weightSum
    const meanScore = (population.total * population.means[k]! - certainScores[k]!) / uncertain
    part.shares[k] = lambda * meanScore + mean
    const labelled = rest.map(({ label }) => Number(label === k))
    const labelMean = weights.reduce((total, weight, i) => total + weight * labelled[i]!, 0) / weightSum
    const seen = (values: readonly number[], around: number) =>
      spreadSum > 0
        ? (bessel * values.reduce((total, value, i) => total + spread[i]! * (value - around) ** 2, 0)) / spreadSum
        : 0
    const prior = priorOf(assistance, lambda, k, labelMean, rest.length)
    const blend = (ofDay: number, ofWindow: number) =>
      ((rest.length - 1) * ofDay + PRIOR_LABELS * ofWindow) / (rest.length - 1 + PRIOR_LABELS)
    part.residual[k] = blend(seen(residuals, mean), prior.residual)
    part.binomial[k] = blend(seen(labelled, labelMean), prior.binomial)
    for (const [i, { item }] of rest.entries()) {
      const leverages = part.leverage.get(item) ?? zeros(classes)
      leverages[k] = uncertain * Math.sqrt(bessel * spread[i]!) * (residuals[i]! - mean)
      part.leverage.set(item, leverages)
    }
  }
  return part
}

/** How far residuals and labels spread, as the window has it; without one, as the labels of the day and one of each do. */
function priorOf(assistance: Assistance | undefined, lambda: number, k: number, labelMean: number, labels: number) {
  const share = assistance ? clamp(assistance.expected[k]!, 0.02, 0.98) : (labelMean * labels + 1) / (labels + 2)
  const binomial = share * (1 - share)
  if (!assistance || lambda === 0) return { residual: binomial, binomial }
  const { labelVariance, scoreVariance, covariance } = momentsAt(assistance.errors, assistance.expected, k)
  const residual = labelVariance - 2 * lambda * covariance + lambda * lambda * scoreVariance
  return { residual: labelVariance > 0 ? (binomial * residual) / labelVariance : binomial, binomial }
}

/**
 * Shares over one or several parts, days or samples of a day. The interval is Wilson's, for as many plain draws as know
 * as much; what is certain has no part in it. Messages that two samples share err the same way in both.
 */
export function estimateOf(parts: readonly Part[]): Estimated {
  const total = sum(parts.map((part) => part.total))
  const uncertain = sum(parts.map((part) => part.uncertain))
  const classes = parts[0]?.shares.length ?? 0
  const common = commonErrors(parts)
  return {
    classes: Array.from({ length: classes }, (_, k) => {
      const certain = sum(parts.map((part) => part.certain[k]!))
      if (uncertain === 0) return exactly(total > 0 ? certain / total : 0)
      const among = sum(parts.map((part) => part.uncertain * part.shares[k]!)) / uncertain
      const mean = (of: (part: Part) => number) =>
        sum(
          parts.map((part) => (part.uncertain === 0 ? 0 : (part.uncertain / uncertain) ** 2 * part.design * of(part))),
        )
      const variance = mean((part) => part.residual[k]!)
      const together = 1 + (variance > 0 ? common[k]! / (uncertain ** 2 * variance) : 0)
      const alone = mean((part) => part.binomial[k]!)
      const design = mean(() => 1)
      const draws = variance > 0 ? alone / (design * variance * together) : Number.POSITIVE_INFINITY
      const { low, high } = wilson(clamp(among, 0, 1), Number.isNaN(draws) ? 0 : draws)
      const scale = (share: number) => (certain + uncertain * share) / total
      return {
        estimate: scale(among),
        // Of what nobody was asked about the error is at most the whole.
        standardError: (uncertain / total) * Math.min(1, Math.sqrt(variance * together)),
        low: scale(low),
        high: scale(high),
      }
    }),
  }
}

/** By class: twice the sum of the products of what a message adds in two samples; never less than nothing. */
function commonErrors(parts: readonly Part[]): number[] {
  const classes = parts[0]?.shares.length ?? 0
  const byItem = new Map<string, { sum: number[]; squares: number[] }>()
  for (const { leverage } of parts) {
    for (const [item, adds] of leverage) {
      const one = byItem.get(item) ?? { sum: zeros(classes), squares: zeros(classes) }
      for (let k = 0; k < classes; k++) {
        one.sum[k]! += adds[k]!
        one.squares[k]! += adds[k]! ** 2
      }
      byItem.set(item, one)
    }
  }
  const common = zeros(classes)
  for (const one of byItem.values()) for (let k = 0; k < classes; k++) common[k]! += one.sum[k]! ** 2 - one.squares[k]!
  return common.map((value) => Math.max(0, value))
}

const exactly = (share: number) => ({ estimate: share, standardError: 0, low: share, high: share })

/** How many labels in all would give this half-width, for the class that is hardest to tell. */
export function labelsFor(halfWidth: number, part: Part, population: number): number {
  const worst = Math.max(...part.residual, 0)
  const needed = (worst > 0 ? worst : 0.25) * (Z95 / halfWidth) ** 2 * (part.uncertain / Math.max(1, part.total)) ** 2
  return Math.ceil(needed / (1 + needed / Math.max(1, population)))
}

/** Estimates as they are shown: in [0, 1] and with a sum of one, and within their intervals. */
export function displayed(classes: Estimated['classes']): { share: number; low: number; high: number }[] {
  const clipped = classes.map(({ estimate }) => clamp(estimate, 0, 1))
  const whole = sum(clipped)
  return classes.map(({ low, high }, k) => {
    const share = whole > 0 ? clipped[k]! / whole : 1 / classes.length
    return { share, low: Math.min(low, share), high: Math.max(high, share) }
  })
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))
const zeros = (length: number): number[] => Array.from({ length }, () => 0)
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
