import { square } from './matrix'

/** Counts of the judgements so far, by index of the classes. Judgements that flag an item are left out. */
export interface PairCounts {
  /** `pairs[a][b]`: items whose first two independent judgements were a and b, in either order; each item counts once. */
  pairs: number[][]
  /** The third judgement of items whose first two differ. */
  thirds: { said: [number, number]; third: number; items: number }[]
  /** `gold[truth][said]`: judgements of items with a known label. */
  gold: number[][]
  /** Items that were shown again to the same annotator, and how many of them got another answer. */
  repeats: { items: number; differing: number }
}

/** The counts without any double judgement or hidden check. */
export const noCounts = (classes: number): PairCounts => ({
  pairs: square(classes, () => 0),
  thirds: [],
  gold: square(classes, () => 0),
  repeats: { items: 0, differing: 0 },
})

/**
 * Count the judgements of each item, in order of time; by index of the classes, and -1 for a flag. Only items
 * whose first two judgements are both labels count.
 */
export function pairCounts(
  classes: number,
  items: readonly (readonly number[])[],
  beside: Partial<Pick<PairCounts, 'gold' | 'repeats'>> = {},
): PairCounts {
  const pairs = square(classes, () => 0)
  const thirds = new Map<string, { said: [number, number]; third: number; items: number }>()
  for (const [first, second, third] of items) {
    if (first === undefined || second === undefined || first < 0 || second < 0) continue
    const said: [number, number] = [Math.min(first, second), Math.max(first, second)]
    pairs[said[0]]![said[1]]! += 1
    if (first === second || third === undefined || third < 0) continue
    const key = `${said[0]} ${said[1]} ${third}`
    const known = thirds.get(key) ?? { said, third, items: 0 }
    thirds.set(key, { ...known, items: known.items + 1 })
  }
  const sorted = [...thirds.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
  return { ...noCounts(classes), ...beside, pairs, thirds: sorted }
}
