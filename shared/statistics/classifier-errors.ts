import { identity, type Matrix } from './matrix'
import { sum } from './numbers'

/** A labelled message of the evaluation window with the current model's scores. */
export interface Scored {
  /** Index of its true label among the classes. */
  label: number
  /** Probability of each class. */
  scores: readonly number[]
  /** Its weight; one by default. */
  weight?: number
}

/** How a model scores messages of each true class: estimated from the evaluation window, one row per message. */
export interface ClassifierErrors {
  items: number
  /** By true class: the count, which need not be an integer if labels are corrected. */
  counts: number[]
  /** `means[c][k]`: mean score of class k over messages of true class c. */
  means: number[][]
  /** `variances[c][k]` of these scores, divided by n−1; zero if a class has fewer than two. */
  variances: number[][]
}

/** With fewer items of a class than this after the correction, the labels are used uncorrected. */
const LEAST_CORRECTED = 5

/**
 * The model is assumed to recognise a class with certainty if the window does not have it, as in QuaPy. `values` correct
 * the labels: `[said][k]`, as those of a `Correction`. Each item then counts for every class, for some of them
 * negatively, and the means are those over items that truly belong to a class.
 */
export function errorsOf(window: readonly Scored[], classes: number, values?: Matrix): ClassifierErrors {
  const corrected = values && momentsOf(window, classes, values)
  if (
    corrected &&
    corrected.counts.every((count, c) => count >= LEAST_CORRECTED && isPositive(corrected.variances[c]!))
  )
    return corrected
  return momentsOf(window, classes, identity(classes))
}

const isPositive = (variances: readonly number[]): boolean => variances.every((variance) => variance >= 0)

function momentsOf(window: readonly Scored[], classes: number, values: Matrix): ClassifierErrors {
  const counts = filled(classes, 0)
  const sums = Array.from({ length: classes }, () => filled(classes, 0))
  const squares = Array.from({ length: classes }, () => filled(classes, 0))
  for (const { label, scores, weight = 1 } of window) {
    for (const [c, corrected] of values[label]!.entries()) {
      const value = weight * corrected
      if (value === 0) continue
      counts[c]! += value
      for (let k = 0; k < classes; k++) sums[c]![k]! += value * scores[k]!
    }
  }
  const means = sums.map((row, c) => row.map((total, k) => (counts[c]! > 0 ? total / counts[c]! : Number(k === c))))
  for (const { label, scores, weight = 1 } of window) {
    for (const [c, corrected] of values[label]!.entries()) {
      const value = weight * corrected
      if (value === 0) continue
      for (let k = 0; k < classes; k++) squares[c]![k]! += value * (scores[k]! - means[c]![k]!) ** 2
    }
  }
  const variances = squares.map((row, c) => row.map((square) => (counts[c]! > 1 ? square / (counts[c]! - 1) : 0)))
  const items = sum(window.map(({ weight = 1 }) => weight))
  return { items, counts, means, variances }
}

/** Moments of label and score of a class in a population with these shares of the true classes. */
export function momentsAt({ means, variances }: ClassifierErrors, shares: readonly number[], k: number) {
  let mean = 0
  let square = 0
  for (const [c, share] of shares.entries()) {
    mean += share * means[c]![k]!
    square += share * (variances[c]![k]! + means[c]![k]! ** 2)
  }
  return {
    labelVariance: shares[k]! * (1 - shares[k]!),
    scoreVariance: Math.max(0, square - mean * mean),
    covariance: shares[k]! * (means[k]![k]! - mean),
  }
}

const filled = (length: number, value: number): number[] => Array.from({ length }, () => value)
