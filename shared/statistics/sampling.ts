import { permanentRandom } from '../text/cascade'

export interface SizedUnit {
  id: string
  /** Positive. */
  size: number
}

export interface DrawnUnit extends SizedUnit {
  /** In (0, 1]. */
  inclusionProbability: number
}

/**
 * Inclusion probabilities proportional to size for a sample of `target` units. Units that would reach 1 are taken with
 * certainty, and the others share the rest (Ohlsson 1998).
 */
export function inclusionProbabilities(sizes: readonly number[], target: number): number[] {
  if (target <= 0) return sizes.map(() => 0)
  const certain = sizes.map(() => false)
  for (;;) {
    const left = target - certain.filter(Boolean).length
    const total = sizes.reduce((sum, size, i) => (certain[i] ? sum : sum + size), 0)
    const probabilities = sizes.map((size, i) => (certain[i] ? 1 : (left * size) / total))
    const joining = probabilities.flatMap((probability, i) => (!certain[i] && probability >= 1 ? [i] : []))
    if (joining.length === 0) return probabilities
    for (const i of joining) certain[i] = true
  }
}

/**
 * Sequential Poisson sampling with permanent random numbers u: the certain units, then the smallest u/π, `target` units
 * in all, in that order. Depends only on the units, not on their order; samples of consecutive days overlap.
 */
export function drawBottomK(
  units: readonly SizedUnit[],
  target: number,
  random: (id: string) => number = permanentRandom,
): DrawnUnit[] {
  const probabilities = inclusionProbabilities(
    units.map(({ size }) => size),
    target,
  )
  return units
    .map(({ id, size }, i) => {
      const inclusionProbability = probabilities[i]!
      return { id, size, inclusionProbability, key: inclusionProbability === 1 ? 0 : random(id) / inclusionProbability }
    })
    .sort((a, b) => a.key - b.key || (a.id < b.id ? -1 : 1))
    .slice(0, Math.max(0, target))
    .map(({ id, size, inclusionProbability }) => ({ id, size, inclusionProbability }))
}
