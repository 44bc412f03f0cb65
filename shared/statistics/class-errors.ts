import { choleskyRoot, inverse, type Matrix, square } from './matrix'
import type { PairCounts } from './pair-counts'
import { sum } from './numbers'

/** How judgements of each true class err, and the uncertainty of that. */
export interface ClassErrors {
  /** `[truth][said]` */
  confusion: number[][]
  /** Changes of the confusion by one standard deviation, uncorrelated. */
  deviations: number[][][]
}

/** At least this many items of each class must have been judged twice. */
const LEAST_OF_CLASS = 30
/**
 * Weight of the common rate, in judgements of each class. If some posts are harder than others, the third judgements of those
 * that differ look like class-specific rates; hidden checks do not have this problem.
 */
const COMMON_JUDGEMENTS = { pairs: 400, gold: 80 }
const ITERATIONS = 200
const TOLERANCE = 1e-9
const LEAST_RATE = 1e-4

/** Items with the same judgements. */
interface Pattern {
  said: readonly number[]
  items: number
  /** The true class of hidden checks. */
  truth?: number
}

/**
 * One confusion for all annotators, from the judgements of each item: Dawid and Skene's (1979) by expectation maximisation,
 * each class shrunk to the common rate. Two judgements alone do not identify it; the thirds of those that differ do.
 * Undefined if a class has too few items.
 */
export function classErrors(
  counts: Pick<PairCounts, 'pairs' | 'thirds' | 'gold'>,
  source: 'pairs' | 'gold',
  { mean }: { mean: number },
): ClassErrors | undefined {
  const classes = counts.pairs.length
  const patterns = source === 'gold' ? checksOf(counts.gold) : patternsOf(counts)
  const range = Array.from({ length: classes }, (_, k) => k)
  const prior = commonConfusion(classes, mean).map((row) => row.map((chance) => COMMON_JUDGEMENTS[source] * chance))
  let confusion = prior.map(normalised)
  let shares = range.map(() => 1 / classes)
  let items = range.map(() => 0)
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const judged = prior.map((row) => [...row])
    items = range.map(() => 0)
    for (const pattern of patterns) {
      const chances = chancesOf(pattern, shares, confusion)
      const total = sum(chances)
      if (total <= 0) continue
      for (const truth of range) {
        const share = (pattern.items * chances[truth]!) / total
        items[truth]! += share
        for (const said of pattern.said) judged[truth]![said]! += share
      }
    }
    const next = judged.map(normalised)
    const moved = Math.max(...next.map((row, t) => Math.max(...row.map((p, s) => Math.abs(p - confusion[t]![s]!)))))
    confusion = next
    shares = normalised(items.map((count) => count + 1))
    if (moved < TOLERANCE) break
  }
  if (items.some((count) => count < LEAST_OF_CLASS)) return undefined
  const covariance = covarianceOf(patterns, shares, confusion, { mean, judgements: COMMON_JUDGEMENTS[source] })
  if (!covariance) return undefined
  // Column by column of the root: the error rates of all classes move together by one uncorrelated standard deviation.
  const root = choleskyRoot(covariance)
  const deviations = range.map((column) =>
    confusion.map((row, truth) => {
      const rate = Math.max(LEAST_RATE, 1 - row[truth]!)
      const step = root[truth]![column]!
      return row.map((chance, said) => (said === truth ? -step : (step * chance) / rate))
    }),
  )
  return { confusion, deviations }
}

/** The confusion with one rate for all classes and all wrong answers equally likely. */
export const commonConfusion = (classes: number, rate: number): number[][] =>
  square(classes, (truth, said) => (truth === said ? 1 - rate : rate / (classes - 1)))

function patternsOf({ pairs, thirds }: Pick<PairCounts, 'pairs' | 'thirds'>): Pattern[] {
  const decided = thirds.map(({ said, third, items }): Pattern => ({ said: [...said, third], items }))
  const open = pairs.flatMap((row, a) =>
    row.flatMap((_, b): Pattern[] => {
      if (b < a) return []
      const items = a === b ? row[a]! : row[b]! + pairs[b]![a]!
      const known = thirds
        .filter(({ said: [x, y] }) => Math.min(x, y) === a && Math.max(x, y) === b)
        .reduce((total, one) => total + one.items, 0)
      return [{ said: [a, b], items: Math.max(0, items - known) }]
    }),
  )
  return [...decided, ...open].filter(({ items }) => items > 0)
}

const checksOf = (gold: Matrix): Pattern[] =>
  gold.flatMap((row, truth) =>
    row.flatMap((items, said): Pattern[] => (items > 0 ? [{ said: [said], items, truth }] : [])),
  )

/** By true class: the joint probability of the class and these judgements. */
const chancesOf = ({ said, truth }: Pattern, shares: readonly number[], confusion: Matrix): number[] =>
  shares.map((share, t) =>
    truth === undefined || truth === t ? said.reduce((chance, s) => chance * confusion[t]![s]!, share) : 0,
  )

/**
 * Covariance of the error rates of the classes: the inverse of the information in the scores of the patterns and the prior,
 * with the shares of the classes as unknown as the rates.
 */
function covarianceOf(
  patterns: readonly Pattern[],
  shares: readonly number[],
  confusion: Matrix,
  common: { mean: number; judgements: number },
): number[][] | undefined {
  const classes = shares.length
  const rates = confusion.map((row, t) => Math.min(1 - LEAST_RATE, Math.max(LEAST_RATE, 1 - row[t]!)))
  const size = 2 * classes - 1
  const information = square(size, () => 0)
  for (const [t, rate] of rates.entries()) {
    information[t]![t]! += common.judgements * ((1 - common.mean) / (1 - rate) ** 2 + common.mean / rate ** 2)
  }
  for (let j = classes; j < size; j++) information[j]![j]! += 1e-6
  for (const pattern of patterns) {
    const chances = chancesOf(pattern, shares, confusion)
    const total = sum(chances)
    if (total <= 0) continue
    const score = rates.map((rate, t) => {
      const slope = pattern.said.reduce((slopes, said) => slopes + (said === t ? -1 / (1 - rate) : 1 / rate), 0)
      return (chances[t]! / total) * slope
    })
    for (let j = 0; j < classes - 1; j++) score.push(chances[j]! / total - shares[j]!)
    for (let a = 0; a < size; a++) {
      for (let b = 0; b < size; b++) information[a]![b]! += pattern.items * score[a]! * score[b]!
    }
  }
  return inverse(information)
    ?.slice(0, classes)
    .map((row) => row.slice(0, classes))
}

function normalised(row: readonly number[]): number[] {
  const total = sum(row)
  return row.map((value) => value / total)
}
