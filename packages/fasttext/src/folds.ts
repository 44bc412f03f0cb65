import { FastTextError } from './error'
import { nextRandom, seedRandom } from './random'

/** Line numbers to learn from and to test on. */
export type Fold = { train: number[]; test: number[] }

/**
 * Splits lines for cross-validation so that no group is on both sides: groups in random order, the large ones first, each
 * to the fold with the fewest lines. Throws TUNING_IMPOSSIBLE for fewer than two groups.
 */
export function groupedFolds(groups: readonly string[], folds: number, seed: number): Fold[] {
  const members = new Map<string, number[]>()
  groups.forEach((group, line) => {
    const known = members.get(group)
    if (known) known.push(line)
    else members.set(group, [line])
  })
  if (members.size < 2)
    throw new FastTextError('TUNING_IMPOSSIBLE', {
      found: members.size === 1 ? 'one group of lines' : 'no lines',
      expected: 'two or more',
    })

  const tests = Array.from({ length: Math.min(folds, members.size) }, (): number[] => [])
  const inOrder = shuffled([...members.values()], seed).sort((a, b) => b.length - a.length)
  for (const lines of inOrder) {
    const least = tests.reduce((fewest, test) => (test.length < fewest.length ? test : fewest))
    least.push(...lines)
  }
  return tests.map((test) => {
    const held = new Set(test)
    return { train: groups.map((_, line) => line).filter((line) => !held.has(line)), test: test.sort((a, b) => a - b) }
  })
}

/** A copy in random order (Fisher and Yates). */
function shuffled<T>(list: readonly T[], seed: number): T[] {
  const copy = [...list]
  const random = seedRandom(seed)
  for (let i = copy.length - 1; i > 0; i--) {
    const j = nextRandom(random) % (i + 1)
    ;[copy[i], copy[j]] = [copy[j]!, copy[i]!]
  }
  return copy
}
