/** A labelled message of the evaluation window, scored by the model of today. */
export interface Scored {
  /** Place of its true label among the classes. */
  label: number
  /** Probability of each class. */
  scores: readonly number[]
}

/** How a model scores messages of each true class: learnt from the evaluation window, one row for each message. */
export interface ClassifierErrors {
  items: number
  /** By true class: how many. */
  counts: number[]
  /** `means[c][k]`: mean score of class k over messages of true class c. */
  means: number[][]
  /** `variances[c][k]` of these scores, with n−1 below; zero where a class has fewer than two. */
  variances: number[][]
}

/** Of a class that the window does not have, it is taken that the model knows it for sure, as QuaPy does. */
export function errorsOf(window: readonly Scored[], classes: number): ClassifierErrors {
  const counts = filled(classes, 0)
  const sums = Array.from({ length: classes }, () => filled(classes, 0))
  for (const { label, scores } of window) {
    counts[label]! += 1
    for (let k = 0; k < classes; k++) sums[label]![k]! += scores[k]!
  }
  const means = sums.map((row, c) => row.map((sum, k) => (counts[c]! > 0 ? sum / counts[c]! : Number(k === c))))
  const squares = Array.from({ length: classes }, () => filled(classes, 0))
  for (const { label, scores } of window) {
    for (let k = 0; k < classes; k++) squares[label]![k]! += (scores[k]! - means[label]![k]!) ** 2
  }
  const variances = squares.map((row, c) => row.map((square) => (counts[c]! > 1 ? square / (counts[c]! - 1) : 0)))
  return { items: window.length, counts, means, variances }
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
