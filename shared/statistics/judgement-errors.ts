import { type ClassErrors, classErrors, commonConfusion } from './class-errors'
import { conditionNumber, type Matrix, square } from './matrix'
import type { PairCounts } from './pair-counts'

/** The assumed error rate of a judgement where nothing measures it. */
export interface AssumedRate {
  mean: number
  sd: number
}

/** How the labels err, and how precisely that is known. */
export interface JudgementErrors {
  /**
   * The source of the rate. `assumed`: too few double judgements and hidden checks; `none`: labels are taken to be
   * right.
   */
  source: 'pairs' | 'gold' | 'assumed' | 'none'
  /** Items of that source, and how many of them differ. */
  items: number
  differing: number
  /** How often a single judgement is wrong. `high` is the one-sided 80 % limit; `quantiles` represent its distribution by five equally likely rates. */
  rate: { mean: number; sd: number; high: number; quantiles: number[] }
  /** Whether each class has its own error rates. */
  byClass: boolean
  /** `[truth][said]`: probabilities of a single judgement, and of a consensus of two and a third where they differ. */
  one: number[][]
  consensus: number[][]
  /** Changes of `one` by one standard deviation, uncorrelated: together they are its uncertainty. */
  deviations: number[][][]
}

const ASSUMED_RATE: AssumedRate = { mean: 0.05, sd: 0.03 }

/** This many double judgements, or hidden checks, measure the rate; fewer only correct the assumed one. */
const LEAST_ITEMS = 30
/** Weight of the prior of a measured rate, in judgements. */
const PRIOR_JUDGEMENTS = 10
/** A rate stays at least this far from the one at which a judgement says nothing. */
const MOST = 0.8
/**
 * The confidence of the upper limit of the rate. At 95 %, chance would withhold one day in six after 60 pairs with 15 %
 * errors.
 */
const LIMIT = 0.8
/** Five points with the variance of a normal distribution. */
const NODES = [0.07, 0.28, 0.5, 0.72, 0.93]
const GRID = 300
/** Below this value of 1 − K·e/(K−1), labels say too little to be corrected. */
const LEAST_SIGNAL = 0.5
/** A confusion with a greater condition number is not inverted. */
const MOST_CONDITION = 5

/**
 * The error rate of a judgement and the confusion of the classes. Double judgements measure them; hidden checks do where
 * there are too few of those; otherwise the assumed rate is used, corrected by the data there are. Each class has its
 * own rates if enough items of each were judged twice; otherwise there is one rate, and all wrong classes are equally likely.
 */
export function judgementErrors(counts: PairCounts, assumed: AssumedRate = ASSUMED_RATE): JudgementErrors {
  const classes = counts.pairs.length
  const pairs = tallied(counts.pairs)
  const gold = tallied(counts.gold)
  const source = pairs.items >= LEAST_ITEMS ? 'pairs' : gold.items >= LEAST_ITEMS ? 'gold' : 'assumed'
  const mean = source === 'assumed' ? Math.max(assumed.mean, rateOfRepeats(counts, classes)) : assumed.mean
  const weight =
    source === 'assumed' ? Math.max(PRIOR_JUDGEMENTS, judgementsOf({ ...assumed, mean })) : PRIOR_JUDGEMENTS
  const rate = posterior(
    classes,
    { mean, weight },
    source === 'gold' ? NOTHING : pairs,
    source === 'pairs' ? NOTHING : gold,
  )
  const own = source === 'assumed' ? undefined : usable(classErrors(counts, source, rate))
  const one = own?.confusion ?? commonConfusion(classes, rate.mean)
  return rounded({
    source,
    ...(source === 'gold' ? gold : pairs),
    rate,
    byClass: own !== undefined,
    one,
    consensus: agreedOf(one),
    deviations: own?.deviations ?? [commonDeviation(classes, rate.sd)],
  })
}

/** Labels that are taken to be right: the owner's, and those of tests. */
export const noErrors = (classes: number): JudgementErrors => ({
  source: 'none',
  items: 0,
  differing: 0,
  rate: { mean: 0, sd: 0, high: 0, quantiles: [0, 0, 0, 0, 0] },
  byClass: false,
  one: commonConfusion(classes, 0),
  consensus: commonConfusion(classes, 0),
  deviations: [],
})

/**
 * Whether no share can be estimated from the labels: the upper limit of the rate leaves less than half of the signal.
 */
export const isUnreliable = ({ rate, one }: Pick<JudgementErrors, 'rate' | 'one'>): boolean =>
  signalOf(one.length, rate.high) < LEAST_SIGNAL

/** The error rate above which labels say too little: (K−1)/2K. */
export const mostReliableRate = (classes: number): number => ((1 - LEAST_SIGNAL) * (classes - 1)) / classes

/**
 * 1 − K·e/(K−1): the part of a difference in shares that remains when labels err at this rate; 1 − 2e for two classes.
 */
export const signalOf = (classes: number, rate: number): number => 1 - (classes * rate) / (classes - 1)

/** How often two people disagree if each errs at this rate, with all wrong classes equally likely. */
export const disagreementAt = (classes: number, rate: number): number =>
  2 * rate - (rate * rate * classes) / (classes - 1)

/** The error rate at which two people disagree this often; e = (1 − √(1 − 2d)) / 2 for two classes. */
export function rateAt(classes: number, disagreement: number): number {
  const most = (classes - 1) / classes
  return most * (1 - Math.sqrt(Math.max(0, 1 - disagreement / most)))
}

/**
 * Two judgements, and a third if they differ: P = 3c² − 2c³ of each class, for independent judgements. If all three
 * differ there is no label, and the others share its probability.
 */
export const consensusErrors = (one: Matrix): number[][] =>
  one.map((row) => {
    const ways = row.map((chance) => chance * chance * (3 - 2 * chance))
    const total = ways.reduce((sum, way) => sum + way, 0)
    return ways.map((way) => way / total)
  })

/** How much more often a consensus is wrong than independent judgements would be: some posts are harder than others. */
const HARDER = 2

const LEAST = 1e-12

/** The confusion of a consensus when some posts are harder than others. */
export const agreedOf = (one: Matrix): number[][] =>
  consensusErrors(one).map((row, truth) => {
    const wrong = Math.min(1, HARDER * (1 - row[truth]!))
    return row.map((chance, said) => (said === truth ? 1 - wrong : (wrong * chance) / Math.max(LEAST, 1 - row[truth]!)))
  })

const NOTHING = { items: 0, differing: 0 }

const commonDeviation = (classes: number, sd: number): number[][] =>
  square(classes, (truth, said) => (truth === said ? -sd : sd / (classes - 1)))

/** Agreement with oneself is only a lower bound of the errors: a person repeats a mistaken belief. */
function rateOfRepeats({ repeats: { items, differing } }: PairCounts, classes: number): number {
  return items < LEAST_ITEMS ? 0 : Math.min(MOST * ((classes - 1) / classes), rateAt(classes, differing / items))
}

/** The numbers of right and wrong answers whose beta distribution has this mean and deviation. */
const judgementsOf = ({ mean, sd }: AssumedRate): number => (sd > 0 ? (mean * (1 - mean)) / (sd * sd) - 1 : 1e6)

/** The posterior of the common rate on a grid that is finer near zero. */
function posterior(
  classes: number,
  prior: { mean: number; weight: number },
  pairs: { items: number; differing: number },
  gold: { items: number; differing: number },
): JudgementErrors['rate'] {
  const most = (MOST * (classes - 1)) / classes
  const wrong = prior.mean * prior.weight + gold.differing - 1
  const right = (1 - prior.mean) * prior.weight + gold.items - gold.differing - 1
  const points = Array.from({ length: GRID }, (_, i) => {
    const root = (i + 0.5) / GRID
    const rate = most * root ** 3
    const differs = disagreementAt(classes, rate)
    const logarithm =
      wrong * Math.log(rate) +
      right * Math.log(1 - rate) +
      pairs.differing * Math.log(differs) +
      (pairs.items - pairs.differing) * Math.log(1 - differs) +
      2 * Math.log(root)
    return { rate, logarithm }
  })
  const highest = Math.max(...points.map(({ logarithm }) => logarithm))
  const weights = points.map(({ logarithm }) => Math.exp(logarithm - highest))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const moment = (of: (rate: number) => number) =>
    points.reduce((sum, { rate }, i) => sum + weights[i]! * of(rate), 0) / total
  const mean = moment((rate) => rate)
  const quantile = (at: number) => {
    let below = 0
    for (const [i, { rate }] of points.entries()) {
      below += weights[i]! / total
      if (below >= at) return rate
    }
    return most
  }
  return {
    mean,
    sd: Math.sqrt(moment((rate) => (rate - mean) ** 2)),
    high: quantile(LIMIT),
    quantiles: NODES.map(quantile),
  }
}

/** Confusions by class, if they and their consensus can be inverted without amplifying the uncertainty. */
const usable = (own: ClassErrors | undefined): ClassErrors | undefined =>
  own && [own.confusion, agreedOf(own.confusion)].every((one) => conditionNumber(one) <= MOST_CONDITION)
    ? own
    : undefined

function tallied(counts: Matrix): { items: number; differing: number } {
  let [items, same] = [0, 0]
  for (const [a, row] of counts.entries()) {
    for (const [b, count] of row.entries()) {
      items += count
      if (a === b) same += count
    }
  }
  return { items, differing: items - same }
}

/** Rounded to nine digits, to be the same on every machine. */
function rounded(errors: JudgementErrors): JudgementErrors {
  const digits = (value: number) => Number(value.toPrecision(9))
  const matrix = (rows: Matrix) => rows.map((row) => row.map(digits))
  const { mean, sd, high, quantiles } = errors.rate
  return {
    ...errors,
    rate: { mean: digits(mean), sd: digits(sd), high: digits(high), quantiles: quantiles.map(digits) },
    one: matrix(errors.one),
    consensus: matrix(errors.consensus),
    deviations: errors.deviations.map(matrix),
  }
}
