import { mulberry32 } from './random'

/** What the judges of one unit said: two values or more. A unit with fewer says nothing about agreement. */
export type Unit = readonly string[]

export interface Alpha {
  /** 1: they always agree. 0: no better than chance. Nothing, where all of them always say the same one value. */
  value: number | null
  /** The middle 95 % of what resampled units give. */
  low: number | null
  high: number | null
  /** Units with two values or more. */
  items: number
}

/**
 * Krippendorff's alpha for nominal data: 1 less the observed disagreement over that expected by chance. A unit of m
 * values counts each of its ordered pairs 1/(m-1) times, so values may be missing. Krippendorff, Content Analysis, 12.
 */
export function alphaOf(units: readonly Unit[]): number | null {
  const totals = new Map<string, number>()
  let values = 0
  let differing = 0
  for (const unit of units) {
    if (unit.length < 2) continue
    const counts = countsOf(unit)
    values += unit.length
    for (const [value, count] of counts) {
      totals.set(value, (totals.get(value) ?? 0) + count)
      differing += (count * (unit.length - count)) / (unit.length - 1)
    }
  }
  const expected = [...totals.values()].reduce((sum, count) => sum + count * (values - count), 0)
  return expected === 0 ? null : 1 - ((values - 1) * differing) / expected
}

/** Alpha with a percentile interval over resampled units, which are what was drawn. The same seed gives the same. */
export function alphaWithInterval(units: readonly Unit[], seed = 1, replicates = 1000): Alpha {
  const paired = units.filter((unit) => unit.length >= 2)
  const value = alphaOf(paired)
  const random = mulberry32(seed)
  const resampled = Array.from({ length: value === null ? 0 : replicates }, () =>
    alphaOf(paired.map(() => paired[Math.floor(random() * paired.length)] ?? [])),
  )
  const sorted = resampled.filter((one) => one !== null).sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null
  return { value, low: at(0.025), high: at(0.975), items: paired.length }
}

function countsOf(unit: Unit): Map<string, number> {
  const counts = new Map<string, number>()
  for (const value of unit) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}
