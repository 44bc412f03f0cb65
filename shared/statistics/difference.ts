import { type ClassifierErrors, momentsAt } from './classifier-errors'
import { wilson } from './wilson'

/** A message of the probability sample of a day. */
export interface Sampled {
  item: string
  /** Posts of the message on that day. */
  size: number
  inclusionProbability: number
  /** Place of its label among the classes, or nothing where it has none. */
  label: number | undefined
  /** By whom: an annotator alone, two and a third where they differ, or the owner, who is taken to be right. */
  judged: Judged
  /** Probability of each class by the model that was live when the message was first seen. */
  scores: readonly number[]
}

export type Judged = 'one' | 'consensus' | 'owner'

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
  const { known, drawn, unknown, count } = stratified(sample, basis)
  const labelled = drawn.filter(({ label }) => label !== undefined)
  const { certain, certainScores, uncertain } = certainOf(known, count, population)
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
  if (labelled.length === 0) return uninformed(part)

  const left = unknown.reduce((total, one) => total + (count(one) / uncertain) ** 2, 0)
  const weighting = weightingOf(labelled, count, labelled.length / drawn.length)
  part.design = weighting.spreadSum + left
  for (let k = 0; k < classes; k++) {
    const meanScore = (population.total * population.means[k]! - certainScores[k]!) / uncertain
    addClass(part, k, labelled, weighting, meanScore, assistance)
  }
  return part
}

/** The sample by what is known: certain with a label, drawn by chance, certain without a label; and what a message counts. */
function stratified(sample: readonly Sampled[], basis: Basis) {
  const isCertain = ({ inclusionProbability }: Sampled) => inclusionProbability >= 1
  return {
    known: sample.filter((one) => isCertain(one) && one.label !== undefined),
    drawn: sample.filter((one) => !isCertain(one)),
    unknown: sample.filter((one) => isCertain(one) && one.label === undefined),
    count: ({ size }: Sampled) => (basis === 'posts' ? size : 1),
  }
}

/** Totals over the messages that are certain, by class, and how much of the population is uncertain. */
function certainOf(known: readonly Sampled[], count: (one: Sampled) => number, population: Population) {
  const certain = population.means.map(() => 0)
  const certainScores = population.means.map(() => 0)
  let certainTotal = 0
  for (const one of known) {
    certain[one.label!]! += count(one)
    certainTotal += count(one)
    for (let k = 0; k < certain.length; k++) certainScores[k]! += count(one) * one.scores[k]!
  }
  return { certain, certainScores, uncertain: Math.max(0, population.total - certainTotal) }
}

/** Nothing is known of the uncertain: each class has the same share, and an infinite design variance. */
function uninformed(part: Part): Part {
  const evenly = (value: number) => part.shares.map(() => value)
  return {
    ...part,
    design: Number.POSITIVE_INFINITY,
    shares: evenly(1 / part.shares.length),
    residual: evenly(0.25),
    binomial: evenly(0.25),
  }
}

interface Weighting {
  /** By message: its count over its inclusion probability. */
  weights: number[]
  weightSum: number
  /** By message: what it adds to the design variance. */
  spread: number[]
  spreadSum: number
  /** n / (n − 1). */
  bessel: number
}

function weightingOf(labelled: readonly Sampled[], count: (one: Sampled) => number, answered: number): Weighting {
  const weights = labelled.map((one) => count(one) / one.inclusionProbability)
  const weightSum = sum(weights)
  const spread = labelled.map(
    ({ inclusionProbability }, i) => (weights[i]! / weightSum) ** 2 * (1 - inclusionProbability * answered),
  )
  const bessel = labelled.length > 1 ? labelled.length / (labelled.length - 1) : 1
  return { weights, weightSum, spread, spreadSum: sum(spread), bessel }
}

/** Estimate class `k` of a part: its share among the uncertain, the variances, and what each message adds to the error. */
function addClass(
  part: Part,
  k: number,
  labelled: readonly Sampled[],
  { weights, weightSum, spread, spreadSum, bessel }: Weighting,
  meanScore: number,
  assistance: Assistance | undefined,
): void {
  const lambda = assistance?.weights[k] ?? 0
  const weightedMean = (values: readonly number[]) =>
    weights.reduce((total, weight, i) => total + weight * values[i]!, 0) / weightSum
  const seen = (values: readonly number[], around: number) =>
    spreadSum > 0
      ? (bessel * values.reduce((total, value, i) => total + spread[i]! * (value - around) ** 2, 0)) / spreadSum
      : 0
  const blend = (ofDay: number, ofWindow: number) =>
    ((labelled.length - 1) * ofDay + PRIOR_LABELS * ofWindow) / (labelled.length - 1 + PRIOR_LABELS)

  const residuals = labelled.map(({ label, scores }) => Number(label === k) - lambda * scores[k]!)
  const mean = weightedMean(residuals)
  part.shares[k] = lambda * meanScore + mean
  const ofClass = labelled.map(({ label }) => Number(label === k))
  const labelMean = weightedMean(ofClass)
  const prior = priorOf(assistance, lambda, k, labelMean, labelled.length)
  part.residual[k] = blend(seen(residuals, mean), prior.residual)
  part.binomial[k] = blend(seen(ofClass, labelMean), prior.binomial)
  for (const [i, { item }] of labelled.entries()) {
    const leverages = part.leverage.get(item) ?? zeros(part.shares.length)
    leverages[k] = part.uncertain * Math.sqrt(bessel * spread[i]!) * (residuals[i]! - mean)
    part.leverage.set(item, leverages)
  }
}

/** How far residuals and labels spread, as the window has it; without one, as the labels of the day and one of each do. */
function priorOf(assistance: Assistance | undefined, lambda: number, k: number, labelMean: number, labels: number) {
  const share = assistance ? clamp(assistance.expected[k]!, 0.02, 0.98) : (labelMean * labels + 1) / (labels + 2)
  const binomial = share * (1 - share)
  if (!assistance || lambda === 0) return { residual: binomial, binomial }
  const { labelVariance, scoreVariance, covariance } = momentsAt(assistance.errors, assistance.expected, k)
  // Of a model that hardly errs it is zero, or by rounding a little less, which is no variance.
  const residual = Math.max(0, labelVariance - 2 * lambda * covariance + lambda * lambda * scoreVariance)
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
