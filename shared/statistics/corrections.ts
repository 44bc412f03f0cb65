import { agreedOf, disagreementAt, type JudgementErrors } from './judgement-errors'
import { identity, inverse, type Matrix, rowProduct } from './matrix'
import { clip } from './numbers'

/** Who gave a label: one annotator, two with a third if they differ, or the owner, who is assumed to be right. */
export type JudgedBy = 'one' | 'consensus' | 'owner'

/**
 * What a share is about: the true classes, or one annotator's labels, where labels are too unreliable to estimate the
 * truth.
 */
export type Estimand = 'truth' | 'judgements'

/** How labels of one kind relate to the truth. */
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
  of: Record<JudgedBy, Correction>
  /** Quantiles of the error rate over its mean: how many more or fewer labels may be wrong. */
  ratios: readonly number[]
}

const STEP = 0.5

/** The correction of labels of each kind. Do not pass a confusion with a large condition number. */
export function correctionsOf(errors: JudgementErrors, estimand: Estimand = 'truth'): Corrections {
  const { one, consensus, deviations, rate } = errors
  const ratios = rate.mean > 0 ? rate.quantiles.map((quantile) => quantile / rate.mean) : [1]
  if (estimand === 'judgements') {
    // The rate at which two annotators disagree about an item; half of it is the variance of one judgement.
    const half = disagreementAt(one.length, rate.mean) / 2
    const spoken = { ...exact(one.length), noise: one.map((row) => row.map(() => half)), confusion: one }
    return { of: { one: spoken, consensus: spoken, owner: spoken }, ratios }
  }
  const ofConsensus = deviations.map((deviation) => {
    const at = (sign: number) => agreedOf(sum(one, deviation, sign * STEP))
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

/** A label, or several labels of one item, with their weight. */
interface WeighedLabel {
  said: number
  judged: JudgedBy
  weight: number
  /** The part of the weight that is corrected by the expected class instead of by the label. */
  leant: number
  /** The expected class of the item, by class: a sum with these weights. */
  expected: readonly number[]
}

/** The weighted contribution of a label to the total of each class, W·V − L·(V − I) − L·m·(P − I), and its variance. */
export function correctedLabel(label: WeighedLabel, { of }: Corrections): { values: number[]; noise: number[] } {
  const { said, weight, leant, expected } = label
  const { confusion, values, noise: alone } = of[label.judged]
  const [own, part] = [values[said]!, weight > 0 ? leant / weight : 0]
  const coded = own.map((value, k) => value - part * (value - Number(k === said)))
  const noise = coded.map((value, k) => {
    if (part === 0) return alone[said]![k]!
    // The mean over labels of an item of class t lies between the corrected and the uncorrected one.
    const square = own.reduce((sum, chance, t) => {
      const mean = part * confusion[t]![k]! + (1 - part) * Number(t === k)
      return sum + chance * mean * mean
    }, 0)
    return value * value - square
  })
  const wrong = part === 0 ? undefined : wrongOf(expected, confusion)
  return {
    values: coded.map((value, k) => weight * value - (wrong?.[k] ?? 0)),
    noise: noise.map((variance) => weight * weight * variance),
  }
}

/** The bias of labels by class if these are the true classes: m·(P − I). */
const wrongOf = (truths: readonly number[], confusion: Matrix): number[] =>
  truths.map((truth, k) => truths.reduce((sum, one, t) => sum + one * confusion[t]![k]!, -truth))

/**
 * How far corrected totals move when the confusion moves by each of its deviations: `[deviation][k]`. With a the weighted
 * counts of labels that are corrected by themselves, V the values and m the expected classes of the rest, a·V moves by
 * −a·V·Δ·V and the rest by −m·Δ.
 */
export function movesOf(corrections: Corrections, labels: readonly WeighedLabel[]): number[][] {
  const moves: number[][] = []
  for (const judged of ['one', 'consensus'] as const) {
    const { values, deviations } = corrections.of[judged]
    const said = values.map(() => 0)
    const expected = values.map(() => 0)
    for (const label of labels) {
      if (label.judged !== judged) continue
      said[label.said]! += label.weight - label.leant
      for (const [t, one] of label.expected.entries()) expected[t]! += one
    }
    const corrected = rowProduct(said, values)
    for (const [d, deviation] of deviations.entries()) {
      const moved = rowProduct(rowProduct(corrected, deviation), values)
      const rest = rowProduct(expected, deviation)
      const before = moves[d]
      moves[d] = moved.map((value, k) => (before?.[k] ?? 0) - value - rest[k]!)
    }
  }
  return moves
}

/** How far totals move when the expected classes are off by one standard deviation: `[class][k]`. */
export function leansOf(
  { of }: Corrections,
  labels: readonly WeighedLabel[],
  deviations: readonly number[],
): number[][] {
  const classes = deviations.length
  const moves = deviations.map(() => deviations.map(() => 0))
  for (const judged of ['one', 'consensus'] as const) {
    const leant = labels.reduce((sum, label) => sum + (label.judged === judged ? label.leant : 0), 0)
    if (leant === 0) continue
    for (const [t, deviation] of deviations.entries()) {
      const scale = leant * deviation * Math.sqrt((classes - 1) / classes)
      const off = deviations.map((_, other) => scale * (other === t ? 1 : -1 / (classes - 1)))
      for (const [k, moved] of wrongOf(off, of[judged].confusion).entries()) moves[t]![k]! += moved
    }
  }
  return moves
}

const sum = (a: Matrix, b: Matrix, factor: number): number[][] =>
  a.map((row, i) => row.map((value, j) => clip(value + factor * b[i]![j]!)))
const difference = (a: Matrix, b: Matrix, over: number): number[][] =>
  a.map((row, i) => row.map((value, j) => (value - b[i]![j]!) / over))
