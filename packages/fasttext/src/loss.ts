// The losses of fastText. Softmax is the one we train; all four can be scored.

const LOG2_E = 1.4426950408889634
const LN2_HIGH = 0.6931471803691238
const LN2_LOW = 1.9082149292705877e-10
const POWERS_OF_HALF = Float64Array.from({ length: 1024 }, (_, k) => 2 ** -k)

/**
 * e^x for x <= 0 with an error below 1e-11: x = r - k ln 2, a Taylor polynomial for r and an exact power of two. Not Math.exp,
 * because the result must have the same bits here and in the kernel, on every machine.
 */
export function expNegative(x: number): number {
  if (x < -700) return 0
  const k = Math.floor(0.5 - x * LOG2_E)
  const r = x + k * LN2_HIGH + k * LN2_LOW
  let sum = 1 + r / 10
  sum = 1 + (r / 9) * sum
  sum = 1 + (r / 8) * sum
  sum = 1 + (r / 7) * sum
  sum = 1 + (r / 6) * sum
  sum = 1 + (r / 5) * sum
  sum = 1 + (r / 4) * sum
  sum = 1 + (r / 3) * sum
  sum = 1 + (r / 2) * sum
  sum = 1 + r * sum
  return sum * POWERS_OF_HALF[k]!
}

/** Turns scores into probabilities that sum to one: softmax, after subtracting the greatest score. */
export function softmax(scores: Float32Array): void {
  let greatest = scores[0]!
  for (let i = 1; i < scores.length; i++) if (scores[i]! > greatest) greatest = scores[i]!
  let sum = 0
  for (let i = 0; i < scores.length; i++) {
    const e = expNegative(scores[i]! - greatest)
    scores[i] = e
    sum += e
  }
  for (let i = 0; i < scores.length; i++) scores[i] = scores[i]! / sum
}

const SIGMOID_STEPS = 512
const SIGMOID_LIMIT = 8
const SIGMOIDS = Float32Array.from({ length: SIGMOID_STEPS + 1 }, (_, i) =>
  sigmoid((i * 2 * SIGMOID_LIMIT) / SIGMOID_STEPS - SIGMOID_LIMIT),
)

/** 1 / (1 + e^-x). */
export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x))
}

/** The sigmoid as fastText's binary losses look it up, in steps of 1/32. Its probabilities are these, not the exact ones. */
export function steppedSigmoid(x: number): number {
  if (x < -SIGMOID_LIMIT) return 0
  if (x > SIGMOID_LIMIT) return 1
  return SIGMOIDS[Math.trunc(((x + SIGMOID_LIMIT) * SIGMOID_STEPS) / SIGMOID_LIMIT / 2)]!
}

/** A Huffman tree over labels: leaves 0 to n - 1, inner nodes n to 2n - 2, the last is the root. -1: no child. */
export type HuffmanTree = { left: Int32Array; right: Int32Array; root: number }

/** The tree of hierarchical softmax for labels with these counts, in falling order (HierarchicalSoftmaxLoss::buildTree). */
export function huffmanTree(counts: ArrayLike<number>): HuffmanTree {
  const leaves = counts.length
  const size = 2 * leaves - 1
  const left = new Int32Array(size).fill(-1)
  const right = new Int32Array(size).fill(-1)
  const weight = new Float64Array(size).fill(1e15)
  for (let i = 0; i < leaves; i++) weight[i] = counts[i]!
  let leaf = leaves - 1
  let node = leaves
  const lightest = () => (leaf >= 0 && weight[leaf]! < weight[node]! ? leaf-- : node++)
  for (let parent = leaves; parent < size; parent++) {
    const one = lightest()
    const other = lightest()
    left[parent] = one
    right[parent] = other
    weight[parent] = weight[one]! + weight[other]!
  }
  return { left, right, root: size - 1 }
}
