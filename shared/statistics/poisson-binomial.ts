import { normalQuantile } from './normal'

/** A label with its weight and the probability that it is wrong. */
interface Fallible {
  chance: number
  weight: number
}

/** Weights are rounded up to multiples of the largest divided by this. */
const PARTS = 24
/** Beyond this many expected wrong labels the sum is close to normal. */
const FEW = 8

/**
 * The least value that the weight of all wrong labels exceeds with at most `tail` probability. The chances are multiplied by
 * each of the equally likely ratios in turn, for the uncertainty of the error rate. Exact except for the rounding of
 * weights where few are expected to be wrong; otherwise by the normal distribution.
 */
export function wrongAtMost(labels: readonly Fallible[], ratios: readonly number[], tail: number): number {
  const own = labels.filter(({ chance, weight }) => chance > 0 && weight > 0)
  const largest = own.reduce((most, { weight }) => Math.max(most, weight), 0)
  if (largest === 0) return 0
  const expected = own.reduce((total, { chance, weight }) => total + chance * weight, 0)
  if (expected > FEW * largest) return asNormal(own, ratios, expected, tail)

  const unit = largest / PARTS
  const fine = own.map(({ weight }) => Math.max(1, Math.ceil(weight / unit - 1e-9)))
  // Usually all labels have the same weight: only multiples of the common divisor of their steps occur.
  const common = fine.reduce(greatestDivisor)
  const steps = fine.map((step) => step / common)
  const highest = Math.max(...ratios)
  const variance = own.reduce((total, { chance, weight }) => total + chance * weight * weight, 0)
  const reach = Math.ceil((highest * expected + 6 * Math.sqrt(highest * variance)) / unit) + PARTS + own.length
  const size = Math.ceil(reach / common)
  const mixture = new Float64Array(size)
  const sums = new Float64Array(size)
  for (const ratio of ratios) {
    sums.fill(0)
    sums[0] = 1
    let reached = 0
    for (const [i, { chance }] of own.entries()) {
      const wrong = Math.min(1, chance * ratio)
      const step = steps[i]!
      reached = Math.min(size - 1, reached + step)
      for (let at = reached; at >= step; at--) sums[at] = sums[at]! * (1 - wrong) + sums[at - step]! * wrong
      for (let at = Math.min(step, size) - 1; at >= 0; at--) sums[at]! *= 1 - wrong
    }
    for (let at = 0; at < size; at++) mixture[at]! += sums[at]! / ratios.length
  }
  let below = 0
  for (let at = 0; at < size; at++) {
    below += mixture[at]!
    if (below >= 1 - tail) return at * common * unit
  }
  return reach * unit
}

function greatestDivisor(a: number, b: number): number {
  while (b > 0) [a, b] = [b, a % b]
  return a
}

function asNormal(labels: readonly Fallible[], ratios: readonly number[], expected: number, tail: number): number {
  const mean = ratios.reduce((total, ratio) => total + ratio, 0) / ratios.length
  const ofRate = ratios.reduce((total, ratio) => total + (ratio - mean) ** 2, 0) / ratios.length
  const variance = labels.reduce((total, { chance, weight }) => total + chance * (1 - chance) * weight * weight, 0)
  return mean * expected + normalQuantile(1 - tail) * Math.sqrt(variance + ofRate * expected * expected)
}
