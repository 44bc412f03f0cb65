import { consensusOf, disagreementAt, type JudgementErrors } from './judgement-errors'
import { identity, inverse, type Matrix, product } from './matrix'
import { clip } from './numbers'

/** By whom a label was given: an annotator alone, two and a third where they differ, or the owner, who is taken to be right. */
export type Judged = 'one' | 'consensus' | 'owner'

/** What a share is of: the true classes, or what one annotator says, where labels are too unreliable to tell the truth. */
export type Estimand = 'truth' | 'judgements'

/** What a label of one kind says of the truth. */
export interface Correction {
  /** `[truth][said]` */
  confusion: Matrix
  /** `values[said][k]`: its mean over labels of an item of true class t is one for k = t, and zero for any other. */
  values: Matrix
  /** `noise[said][k]`: an unbiased estimate of the variance of that value for one item. */
  noise: Matrix
  /** Changes of the confusion by one standard deviation, as those of `JudgementErrors`. */
  deviations: readonly Matrix[]
}

export interface Corrections {
  of: Record<Judged, Correction>
  /** Quantiles of the error rate over its mean: how many more or fewer labels may be wrong. */
  ratios: readonly number[]
}

const STEP = 0.5

/** How labels of each kind are corrected. A confusion with a great condition number must not come here. */
export function correctionsOf(errors: JudgementErrors, estimand: Estimand = 'truth'): Corrections {
  const { one, consensus, deviations, rate } = errors
  const ratios = rate.mean > 0 ? rate.quantiles.map((quantile) => quantile / rate.mean) : [1]
  if (estimand === 'judgements') {
    // Within an item two annotators differ so often; half of that is the variance of what one of them says.
    const half = disagreementAt(one.length, rate.mean) / 2
    const spoken = { ...exact(one.length), noise: one.map((row) => row.map(() => half)), confusion: one }
    return { of: { one: spoken, consensus: spoken, owner: spoken }, ratios }
  }
  const ofConsensus = deviations.map((deviation) => {
    const at = (sign: number) => consensusOf(sum(one, deviation, sign * STEP))
    return difference(at(1), at(-1), 2 * STEP)
  })
  return {
    of: {
      one: correctionOf(one, deviations),
      consensus: correctionOf(consensus, ofConsensus),
      owner: exact(one.length),
    },
    ratios,
  }
}

function correctionOf(confusion: Matrix, deviations: readonly Matrix[]): Correction {
  const values = inverse(confusion) ?? identity(confusion.length)
  const noise = values.map((row) => row.map((value) => value * value - value))
  return { confusion, values, noise, deviations }
}

const exact = (classes: number): Correction => ({
  confusion: identity(classes),
  values: identity(classes),
  noise: identity(classes).map((row) => row.map(() => 0)),
  deviations: [],
})

/**
 * How far corrected totals move where the confusion moves by each of its deviations: `[deviation][k]`, for these weighted
 * counts of what was said, by kind. With a the counts and V the values, a·V moves by −a·V·Δ·V.
 */
export function movesOf(corrections: Corrections, said: Record<Judged, readonly number[]>): number[][] {
  const moves: number[][] = []
  for (const judged of ['one', 'consensus'] as const) {
    const { values, deviations } = corrections.of[judged]
    const [corrected] = product([said[judged]], values)
    for (const [d, deviation] of deviations.entries()) {
      const [moved] = product(product([corrected!], deviation), values)
      const before = moves[d]
      moves[d] = moved!.map((value, k) => (before?.[k] ?? 0) - value)
    }
  }
  return moves
}

const sum = (a: Matrix, b: Matrix, factor: number): number[][] =>
  a.map((row, i) => row.map((value, j) => clip(value + factor * b[i]![j]!)))
const difference = (a: Matrix, b: Matrix, over: number): number[][] =>
  a.map((row, i) => row.map((value, j) => (value - b[i]![j]!) / over))
