import { type ClassifierErrors, momentsAt } from './classifier-errors'
import {
  correctedLabel,
  type Corrections,
  correctionsOf,
  type Estimand,
  type JudgedBy,
  leansOf,
  movesOf,
} from './corrections'
import { intervalOf } from './interval'
import { type JudgementErrors, noErrors } from './judgement-errors'
import { clamp, sum, zeros } from './numbers'

/** A labelled message of the probability sample of a day. */
export interface Sampled {
  item: string
  /** Posts of the message on that day. */
  size: number
  inclusionProbability: number
  /** Index of its label among the classes. */
  label: number
  judged: JudgedBy
  /** Probability of each class by the model that was live when the message was first seen. */
  scores: readonly number[]
}

/** The population that the sample was drawn from. */
export interface Population {
  /** Number of posts, or of distinct messages. */
  total: number
  /** Mean score of each class over it. */
  means: readonly number[]
}

/** The model's part in an estimate: its weight, and its errors. */
export interface Assistance {
  /** λ of each class, in [0, 1]. */
  weights: readonly number[]
  errors: ClassifierErrors
  /** The shares at which the window's spread of the residuals is computed, and their standard deviations. */
  expected: readonly number[]
  deviations: readonly number[]
  /** The mean scores at which they are expected. */
  means: readonly number[]
  /**
   * The model may err differently on the day than in the window, for example a language model that its provider changed. The
   * spread of the residuals in the day's labels is then not reduced by that of the window.
   */
  mayChange?: boolean
}

export type Basis = 'posts' | 'messages'

/** A label's contribution to the totals. */
interface Weighed {
  said: number
  judged: JudgedBy
  /** Posts or messages with this label's message. */
  count: number
  /** Posts or messages that it represents. */
  weight: number
  /** See `correctedLabel`. */
  leant: number
  expected: readonly number[]
  inclusionProbability: number
  isDrawn: boolean
}

/** The estimate of one sample, in the parts from which several samples are combined. */
export interface EstimatePart {
  total: number
  /** Posts or messages that were not taken for certain. */
  uncertain: number
  /** By class: the corrected labels of those that were; may lie outside the possible range. */
  certain: number[]
  /** By class: the estimated share of it among the uncertain; may lie outside [0, 1]. */
  shares: number[]
  /** Variance of a mean over the sample, for residuals of variance one. */
  design: number
  /** By class: variance of the true residuals, and of the true labels alone. */
  residual: number[]
  binomial: number[]
  /** By item: its contribution to the sampling error of the total, by class; for messages in several samples. */
  leverage: Map<string, number[]>
  /** By item. */
  labels: Map<string, Weighed>
  corrections: Corrections
  /** Standard deviations of the expected shares. */
  deviations: readonly number[]
}

export interface EstimatedShare {
  /** May lie outside [0, 1]. */
  estimate: number
  /** Standard error from the draw, the judgements and their error rate together. */
  standardError: number
  low: number
  high: number
  /** Bounds that hold for all classes at once. With two classes they equal the plain ones. */
  jointLow: number
  jointHigh: number
}

export interface Estimated {
  /** By class. */
  classes: EstimatedShare[]
  /** The number of correct labels of a simple random sample with the same information. */
  effective: number
}

/** Weight of the window's spread, in labels of the day. */
const PRIOR_LABELS = 10

/**
 * For each class the weight on the model that leaves the least variance in a population with these shares:
 * λ = cov(y,f) / var(f), in [0, 1]. Uses only labels of the window, so that the labels of the day are not used twice.
 */
export const modelWeights = (errors: ClassifierErrors, shares: readonly number[]): number[] =>
  shares.map((_, k) => {
    const { covariance, scoreVariance } = momentsAt(errors, shares, k)
    return scoreVariance > 0 ? clamp(covariance / scoreVariance, 0, 1) : 0
  })

/**
 * The difference estimator (PPI with a fixed λ; the GREG of survey sampling, Särndal et al. 1992) of a sample with known
 * probabilities: θ = λ·mean(f) + the mean of ỹ − λf, over what was taken for certain as it is, over the rest weighted by
 * 1/π. ỹ is the label, corrected by the error rate of its kind. A sample has only labelled
 * messages, with the probabilities of the answered draw. Without assistance it uses the labels alone. Nothing is clipped before
 * `estimateOf` has combined the parts. `labels` is the number of labels in all combined parts.
 */
export function differencePart(
  sample: readonly Sampled[],
  population: Population,
  basis: Basis,
  assistance: Assistance | undefined,
  errors: JudgementErrors = noErrors(population.means.length),
  estimand: Estimand = 'truth',
  labels = sample.length,
): EstimatePart {
  const classes = population.means.length
  const corrections = correctionsOf(errors, estimand)
  const count = ({ size }: Sampled) => (basis === 'posts' ? size : 1)
  const known = sample.filter(isCertain)
  const drawn = sample.filter((one) => !isCertain(one))
  const uncertain = Math.max(0, population.total - sum(known.map(count)))
  const weighting = weightingOf(drawn, count)
  const weightOf = (i: number) => (uncertain * weighting.weights[i]!) / weighting.weightSum
  const weights = [...known.map(count), ...(uncertain > 0 ? drawn.map((_, i) => weightOf(i)) : [])]
  // The more labels the other parts have, the less weight the expected class gets here.
  const alone = { design: uncertain ** 2 * weighting.spreadSum, part: sample.length / Math.max(1, labels) }
  const leaning =
    assistance && estimand === 'truth' ? leaningOf(assistance, corrections, [...known, ...drawn], weights, alone) : 0
  const label = (one: Sampled, weight: number): Weighed => ({
    said: one.label,
    judged: one.judged,
    count: count(one),
    weight,
    leant: leaning * weight,
    expected: assistance && leaning > 0 ? expectedOf(one, assistance).map((share) => leaning * weight * share) : [],
    inclusionProbability: one.inclusionProbability,
    isDrawn: !isCertain(one),
  })

  const certain = known.map((one) => ({ one, own: label(one, count(one)) }))
  const part: EstimatePart = {
    total: population.total,
    uncertain,
    certain: zeros(classes),
    shares: zeros(classes),
    design: 0,
    residual: zeros(classes),
    binomial: zeros(classes),
    leverage: new Map(),
    labels: new Map(certain.map(({ one, own }) => [one.item, own])),
    corrections,
    deviations: assistance?.deviations ?? zeros(classes),
  }
  const certainScores = zeros(classes)
  for (const { one, own } of certain) {
    const { values } = correctedLabel(own, corrections)
    for (let k = 0; k < classes; k++) {
      part.certain[k]! += values[k]!
      certainScores[k]! += count(one) * one.scores[k]!
    }
  }
  if (uncertain === 0) return part
  if (drawn.length === 0) return uninformed(part)

  part.design = weighting.spreadSum
  for (const [i, one] of drawn.entries()) part.labels.set(one.item, label(one, weightOf(i)))
  const corrected = drawn.map((one) => correctedLabel(label(one, 1), corrections))
  for (let k = 0; k < classes; k++) {
    const meanScore = (population.total * population.means[k]! - certainScores[k]!) / uncertain
    addClass(part, k, drawn, corrected, weighting, meanScore, assistance)
  }
  return part
}

const isCertain = ({ inclusionProbability }: Sampled): boolean => inclusionProbability >= 1

/** The class of a message before its label is read: the best linear prediction by its scores. */
const expectedOf = ({ scores }: Sampled, { expected, weights, means }: Assistance): number[] =>
  scores.map((score, k) => expected[k]! + weights[k]! * (score - means[k]!))

/**
 * Weight of the expected shares, instead of the labels themselves, in the correction of labels, in [0, 1): by the
 * variance with the labels alone, and that of the expected shares. `design` is the variance of a total by the draw, for
 * residuals of variance one; `part` is this sample's part of the combined labels.
 */
function leaningOf(
  assistance: Assistance,
  { of }: Corrections,
  sample: readonly Sampled[],
  weights: readonly number[],
  { design, part }: { design: number; part: number },
): number {
  const total = sum(weights)
  const squares = { one: 0, consensus: 0, owner: 0 }
  for (const [i, { judged }] of sample.entries()) squares[judged] += (weights[i] ?? 0) ** 2
  let own = 0
  for (const k of assistance.expected.keys()) {
    own += design * priorOf(assistance, assistance.weights[k]!, k, 0, 0).residual
    for (const judged of ['one', 'consensus'] as const) {
      const { confusion, noise } = of[judged]
      for (const [t, share] of assistance.expected.entries()) {
        own += squares[judged] * share * confusion[t]!.reduce((sum, chance, said) => sum + chance * noise[said]![k]!, 0)
      }
    }
  }
  const expected = sum(assistance.deviations.map((deviation) => deviation ** 2))
  return total > 0 && own > 0 ? (part * own) / (part * own + total * total * expected) : 0
}

/** Nothing is known about the uncertain messages: equal shares, and an infinite design variance. */
function uninformed(part: EstimatePart): EstimatePart {
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
  /** By message: its contribution to the design variance. */
  spread: number[]
  spreadSum: number
  /** n / (n − 1). */
  bessel: number
}

function weightingOf(labelled: readonly Sampled[], count: (one: Sampled) => number): Weighting {
  const weights = labelled.map((one) => count(one) / one.inclusionProbability)
  const weightSum = sum(weights)
  const spread = labelled.map(
    ({ inclusionProbability }, i) => (weights[i]! / weightSum) ** 2 * (1 - inclusionProbability),
  )
  const bessel = labelled.length > 1 ? labelled.length / (labelled.length - 1) : 1
  return { weights, weightSum, spread, spreadSum: sum(spread), bessel }
}

/** Estimate class `k` of a part: its share among the uncertain, the variances, and each message's contribution to the error. */
function addClass(
  part: EstimatePart,
  k: number,
  labelled: readonly Sampled[],
  corrected: readonly { values: number[]; noise: number[] }[],
  { weights, weightSum, spread, spreadSum, bessel }: Weighting,
  meanScore: number,
  assistance: Assistance | undefined,
): void {
  const lambda = assistance?.weights[k] ?? 0
  const weightedMean = (values: readonly number[]) =>
    weights.reduce((total, weight, i) => total + weight * values[i]!, 0) / weightSum
  const spreadMean = (values: readonly number[]) =>
    spreadSum > 0 ? values.reduce((total, value, i) => total + spread[i]! * value, 0) / spreadSum : 0

  const values = corrected.map((one) => one.values[k]!)
  const residuals = labelled.map(({ scores }, i) => values[i]! - lambda * scores[k]!)
  const mean = weightedMean(residuals)
  part.shares[k] = lambda * meanScore + mean
  const noise = Math.max(0, spreadMean(corrected.map((one) => one.noise[k]!)))
  const seen = bessel * spreadMean(residuals.map((residual) => (residual - mean) ** 2))
  const prior = priorOf(assistance, lambda, k, clamp(weightedMean(values), 0, 1), labelled.length)
  if (assistance && lambda > 0) prior.residual *= concentration(labelled, assistance, k, spreadMean, weightedMean)
  if (assistance?.mayChange && lambda > 0) prior.residual = Math.max(prior.residual, seen - noise)
  // Noise in the labels also spreads the residuals: the more noise, the less they tell about the true residuals.
  const signal = prior.residual > 0 ? prior.residual / (prior.residual + noise) : 1
  const days = (labelled.length - 1) * signal * signal
  part.residual[k] = (days * Math.max(0, seen - noise) + PRIOR_LABELS * prior.residual) / (days + PRIOR_LABELS)
  const share = (days * clamp(part.shares[k]!, 0, 1) + PRIOR_LABELS * prior.share) / (days + PRIOR_LABELS)
  part.binomial[k] = share * (1 - share)
  const scale = seen > 0 ? Math.min(1, Math.sqrt(part.residual[k]! / seen)) : 0
  for (const [i, { item }] of labelled.entries()) {
    const leverages = part.leverage.get(item) ?? zeros(part.shares.length)
    leverages[k] = part.uncertain * Math.sqrt(bessel * spread[i]!) * (residuals[i]! - mean) * scale
    part.leverage.set(item, leverages)
  }
}

/**
 * The draws leave out few of the messages that the model is unsure about, whose residuals spread most. So the sampling error
 * comes from residuals that spread less: by how much, relative to the whole population, by the scores alone.
 */
function concentration(
  labelled: readonly Sampled[],
  assistance: Assistance,
  k: number,
  spreadMean: (values: readonly number[]) => number,
  weightedMean: (values: readonly number[]) => number,
): number {
  const doubts = labelled.map((one) => {
    const expected = clamp(expectedOf(one, assistance)[k]!, 0.02, 0.98)
    return expected * (1 - expected)
  })
  return Math.min(1, spreadMean(doubts) / weightedMean(doubts))
}

/** Spread of the residuals and expected share, from the window; without one, from the labels of the day and one of each class. */
function priorOf(assistance: Assistance | undefined, lambda: number, k: number, labelMean: number, labels: number) {
  const share = assistance ? clamp(assistance.expected[k]!, 0.02, 0.98) : (labelMean * labels + 1) / (labels + 2)
  const binomial = share * (1 - share)
  if (!assistance || lambda === 0) return { residual: binomial, share }
  const { labelVariance, scoreVariance, covariance } = momentsAt(assistance.errors, assistance.expected, k)
  // For a model that hardly errs it is zero or, by rounding, slightly negative.
  const residual = Math.max(0, labelVariance - 2 * lambda * covariance + lambda * lambda * scoreVariance)
  return { residual: labelVariance > 0 ? (binomial * residual) / labelVariance : binomial, share }
}

/** One-sided tails of the plain bounds. */
const TAIL = 0.025

/**
 * Shares over one or several parts: days, or samples of a day. The interval is Wilson's for the draw, for as many simple random draws
 * as have the same information, together with the variance of the judgements and of their error rate. Messages in two samples
 * have the same error in both.
 */
export function estimateOf(parts: readonly EstimatePart[]): Estimated {
  const pooled = pool(parts)
  if (!pooled) return { classes: nothingOf(parts).map(exactly), effective: 0 }
  const { total, uncertain, labels, corrections, points } = pooled
  let spread = 0
  let variance = 0
  const classes = points.map((point, k): EstimatedShare => {
    const { estimate, certain, draws, ofDraw, noise } = point
    const share = clamp(estimate, 0.02, 0.98)
    spread += share * (1 - share)
    variance += ofDraw + noise
    const side = (tail: number) =>
      intervalOf({
        estimate,
        total,
        uncertain,
        certain: clamp(certain, 0, total - uncertain),
        draws,
        noise,
        labels,
        corrections,
        class: k,
        tail,
      })
    const plain = side(TAIL)
    const joint = points.length > 2 ? side(TAIL / points.length) : plain
    return {
      estimate,
      standardError: errorOf(point),
      low: plain.low,
      high: plain.high,
      jointLow: Math.min(plain.low, joint.low),
      jointHigh: Math.max(plain.high, joint.high),
    }
  })
  return { classes, effective: effectiveOf(variance / spread, total) }
}

/** The shares of `estimateOf` with their standard errors, by class, without the bounds, which take longer. */
export function pointsOf(parts: readonly EstimatePart[]): Pick<EstimatedShare, 'estimate' | 'standardError'>[] {
  const points = pool(parts)?.points ?? nothingOf(parts).map((estimate) => ({ estimate, ofDraw: 0, noise: 0 }))
  return points.map((point) => ({ estimate: point.estimate, standardError: errorOf(point) }))
}

/** By class: the share without any posts or messages. */
const nothingOf = ([first]: readonly EstimatePart[]): number[] => zeros(first?.shares.length ?? 0)

/** The estimate of one class before its bounds. */
interface Point {
  estimate: number
  /** How many of those taken for certain have the class. */
  certain: number
  draws: number
  /** Variance of the share by the draw, and by judgements and their error rate. */
  ofDraw: number
  noise: number
}

const errorOf = ({ ofDraw, noise }: Pick<Point, 'ofDraw' | 'noise'>): number => Math.sqrt(ofDraw + noise)

/** The combined parts, with a point estimate for each class; undefined if they have no posts or messages. */
function pool(parts: readonly EstimatePart[]) {
  const [first] = parts
  const total = sum(parts.map((part) => part.total))
  if (!first || total === 0) return undefined
  const uncertain = sum(parts.map((part) => part.uncertain))
  const common = commonErrors(parts)
  const judged = judgementsOf(parts, first.corrections)
  const points = first.shares.map((_, k): Point => {
    const certain = sum(parts.map((part) => part.certain[k]!))
    const { draws, variance } = drawOf(parts, uncertain, common[k]!, k)
    return {
      estimate: (certain + sum(parts.map((part) => part.uncertain * part.shares[k]!))) / total,
      certain,
      draws,
      // Without any label the error is at most the whole.
      ofDraw: (uncertain / total) ** 2 * Math.min(1, variance),
      noise: Math.max(0, judged.noise[k]!) / total ** 2,
    }
  })
  return { total, uncertain, labels: judged.labels, corrections: first.corrections, points }
}

/** Contributions of messages to the error of an estimate over one or several parts: by the draw, and by their labels. */
export interface MessageTerms {
  /** By message: its contribution by class, and its inclusion probability. */
  draw: ReadonlyMap<string, { adds: readonly number[]; inclusionProbability: number }>
  /** By message: its weight, and by class the variance of its label's contribution. */
  judgement: ReadonlyMap<string, { weight: number; noise: readonly number[] }>
}

/** The terms of shares for `estimateOf`. Terms of a message in several parts are added before anything is squared. */
export function messageTermsOf(parts: readonly EstimatePart[]): MessageTerms {
  const total = sum(parts.map((part) => part.total))
  const [first] = parts
  const draw = new Map<string, { adds: number[]; inclusionProbability: number }>()
  if (!first || total === 0) return { draw, judgement: new Map() }
  for (const { leverage, labels } of parts) {
    for (const [item, values] of leverage) {
      const before = draw.get(item)
      const inclusionProbability = labels.get(item)?.inclusionProbability ?? 1
      draw.set(item, {
        adds: values.map((value, k) => (before?.adds[k] ?? 0) + value / total),
        inclusionProbability: Math.max(before?.inclusionProbability ?? 0, inclusionProbability),
      })
    }
  }
  const judgement = judgementsOf(parts, first.corrections).byItem.map(
    ([item, { weight, noise }]) =>
      [item, { weight: weight / total, noise: noise.map((variance) => variance / total ** 2) }] as const,
  )
  return { draw, judgement: new Map(judgement) }
}

/**
 * By class: the covariance of two shares, such as those of two weeks, by the messages that both samples have. A message is
 * drawn once and judged once, so in both it errs the same way.
 */
export function covarianceOfShares(a: MessageTerms, b: MessageTerms, classes: number): number[] {
  const covariance = zeros(classes)
  for (const [item, ofA] of a.draw) {
    const ofB = b.draw.get(item)
    if (!ofB) continue
    const chances = [ofA.inclusionProbability, ofB.inclusionProbability]
    const [less, more] = [Math.min(...chances), Math.max(...chances)]
    // Its permanent random number draws it in both or only in the likelier one, so the common part is 1/more - 1.
    const nested = Math.sqrt((1 - more) / (1 - less))
    for (let k = 0; k < classes; k++) covariance[k]! += nested * ofA.adds[k]! * ofB.adds[k]!
  }
  for (const [item, ofA] of a.judgement) {
    const ofB = b.judgement.get(item)
    if (!ofB || ofA.weight === 0 || ofB.weight === 0) continue
    // The variance of the label, for a weight of one, is the same in both except for the weight of the expected class.
    const [inA, inB] = [ofB.weight / ofA.weight / 2, ofA.weight / ofB.weight / 2]
    for (let k = 0; k < classes; k++) covariance[k]! += inA * ofA.noise[k]! + inB * ofB.noise[k]!
  }
  return covariance
}

/** Labels of a plain random sample without replacement that leave this variance, for labels of variance one. */
const effectiveOf = (variance: number, total: number): number => (variance > 0 ? 1 / (variance + 1 / total) : total)

/** Variance of the share among the uncertain by the draw alone, and the equivalent number of simple random draws. */
function drawOf(parts: readonly EstimatePart[], uncertain: number, common: number, k: number) {
  if (uncertain === 0) return { variance: 0, draws: Number.POSITIVE_INFINITY }
  const mean = (of: (part: EstimatePart) => number) =>
    sum(parts.map((part) => (part.uncertain === 0 ? 0 : (part.uncertain / uncertain) ** 2 * part.design * of(part))))
  const apart = mean((part) => part.residual[k]!)
  const together = 1 + (apart > 0 ? common / (uncertain ** 2 * apart) : 0)
  const alone = mean((part) => part.binomial[k]!)
  const design = mean(() => 1)
  const draws = apart > 0 ? alone / (design * apart * together) : Number.POSITIVE_INFINITY
  return { variance: apart * together, draws: Number.isNaN(draws) ? 0 : draws }
}

/** Each label with its contribution over all parts, and by class the variance of the total by judgements and their error rate. */
function judgementsOf(parts: readonly EstimatePart[], corrections: Corrections) {
  const classes = corrections.of.one.values.length
  const labels = new Map<string, Weighed>()
  for (const part of parts) {
    for (const [item, label] of part.labels) {
      const before = labels.get(item)
      labels.set(item, before ? together(before, label) : label)
    }
  }
  const byItem = [...labels].map(
    ([item, label]) => [item, { ...label, ...correctedLabel(label, corrections) }] as const,
  )
  const all = byItem.map(([, label]) => label)
  const variance = zeros(classes)
  for (const { noise } of all) for (let k = 0; k < classes; k++) variance[k]! += noise[k]!
  const deviations = variance.map((_, k) =>
    Math.max(...parts.map(({ deviations: own }) => (Number.isFinite(own[k]!) ? own[k]! : 0))),
  )
  for (const moved of [...movesOf(corrections, all), ...leansOf(corrections, all, deviations)]) {
    for (let k = 0; k < classes; k++) variance[k]! += moved[k]! ** 2
  }
  return { labels: all, byItem, noise: variance }
}

const together = (a: Weighed, b: Weighed): Weighed => ({
  ...b,
  count: a.count + b.count,
  weight: a.weight + b.weight,
  leant: a.leant + b.leant,
  expected: a.expected.length > 0 ? a.expected.map((share, k) => share + (b.expected[k] ?? 0)) : b.expected,
  isDrawn: a.isDrawn || b.isDrawn,
})

/** By class: twice the sum of the products of a message's contributions to two samples; never negative. */
function commonErrors(parts: readonly EstimatePart[]): number[] {
  const classes = parts[0]?.shares.length ?? 0
  if (parts.length < 2) return zeros(classes)
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

const exactly = (share: number): EstimatedShare => ({
  estimate: share,
  standardError: 0,
  low: share,
  high: share,
  jointLow: share,
  jointHigh: share,
})

/** Estimates for display: in [0, 1], with a sum of one, and within their intervals. */
export function displayed(
  classes: readonly Pick<EstimatedShare, 'estimate' | 'standardError' | 'low' | 'high'>[],
): { share: number; low: number; high: number }[] {
  const clipped = classes.map(({ estimate }) => clamp(estimate, 0, 1))
  const whole = sum(clipped)
  return classes.map(({ low, high }, k) => {
    const share = whole > 0 ? clipped[k]! / whole : 1 / classes.length
    return { share, low: Math.min(low, share), high: Math.max(high, share) }
  })
}
