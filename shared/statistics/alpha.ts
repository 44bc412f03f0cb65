import { mulberry32 } from './random'

/** The judgements of one unit, at least two. A unit with fewer tells nothing about agreement. */
export type JudgedUnit = readonly string[]

export interface Alpha {
  /** 1: they always agree. 0: no better than chance. Undefined if all of them always give the same single value. */
  value: number | null
  /** The middle 95 % of the values of resampled units. */
  low: number | null
  high: number | null
  /** Units with two values or more. */
  items: number
}

/**
 * Krippendorff's alpha for nominal data: 1 less the observed disagreement over that expected by chance. A unit of m
 * values counts each of its ordered pairs 1/(m-1) times, so values may be missing. Krippendorff, Content Analysis, 12.
 */
export function alphaOf(units: readonly JudgedUnit[]): number | null {
  const { kinds, of } = kindsOf(units.filter((unit) => unit.length >= 2))
  const counts = kinds.map(() => 0)
  for (const kind of of) counts[kind]! += 1
  return alphaOfKinds(kinds, counts)
}

/** Alpha with a percentile interval over resampled units. Deterministic by its seed. */
export function alphaWithInterval(units: readonly JudgedUnit[], seed = 1, replicates = 1000): Alpha {
  const { kinds, of } = kindsOf(units.filter((unit) => unit.length >= 2))
  const value = alphaOf(units)
  const random = mulberry32(seed)
  const resampled = Array.from({ length: value === null ? 0 : replicates }, () => {
    const counts = kinds.map(() => 0)
    for (let draw = 0; draw < of.length; draw++) counts[of[Math.floor(random() * of.length)]!]! += 1
    return alphaOfKinds(kinds, counts)
  })
  const sorted = resampled.filter((one) => one !== null).sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null
  return { value, low: at(0.025), high: at(0.975), items: of.length }
}

/** A kind of unit: all units with the same values. There are few kinds, however many units. */
interface Kind {
  size: number
  /** How often it has each value, by the value's number. */
  counts: [value: number, count: number][]
  /** Its ordered pairs of different values, each 1/(m-1). */
  differing: number
}

/** The kinds of the units, and for each unit the number of its kind. */
function kindsOf(units: readonly JudgedUnit[]): { kinds: Kind[]; of: Int32Array } {
  const values = new Map<string, number>()
  const known = new Map<string, number>()
  const kinds: Kind[] = []
  const of = Int32Array.from(units, (unit) => {
    const counts = new Map<number, number>()
    for (const value of unit) {
      const number = values.get(value) ?? values.size
      values.set(value, number)
      counts.set(number, (counts.get(number) ?? 0) + 1)
    }
    const sorted = [...counts].sort(([a], [b]) => a - b)
    const key = sorted.join(' ')
    const found = known.get(key)
    if (found !== undefined) return found
    const differing = sorted.reduce((sum, [, count]) => sum + (count * (unit.length - count)) / (unit.length - 1), 0)
    known.set(key, kinds.length)
    return kinds.push({ size: unit.length, counts: sorted, differing }) - 1
  })
  return { kinds, of }
}

function alphaOfKinds(kinds: readonly Kind[], units: readonly number[]): number | null {
  const totals: number[] = []
  let values = 0
  let differing = 0
  for (const [i, kind] of kinds.entries()) {
    const times = units[i]!
    values += times * kind.size
    differing += times * kind.differing
    for (const [value, count] of kind.counts) totals[value] = (totals[value] ?? 0) + times * count
  }
  const expected = totals.reduce((sum, count) => sum + count * (values - count), 0)
  return expected === 0 ? null : 1 - ((values - 1) * differing) / expected
}
