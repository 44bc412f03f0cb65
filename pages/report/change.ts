import type { ShareRecord } from '../../shared/records'
import { isolated } from '../../shared/words'
import { percent } from '../../shared/share-sentence'

/** By how much a share changed from one stretch of days to another. */
export interface ShareChange {
  label: string
  now: number
  before: number
  /** With a 95 % interval; in [-1, 1]. */
  difference: number
  low: number
  high: number
  /** Whether the interval excludes zero. */
  isBeyondChance: boolean
}

/**
 * The differences of two answers, from their intervals by the square-and-add method (Newcombe 1998). Of three labels and more
 * the bounds hold for all labels at once. What two stretches of days have in common is counted as if it were not: the
 * intervals are wide rather than narrow.
 */
export function changesBetween(now: readonly ShareRecord[], before: readonly ShareRecord[]): ShareChange[] {
  return now.flatMap((one) => {
    const other = before.find(({ label }) => label === one.label)
    if (!other) return []
    const [a, b] = [bounds(one), bounds(other)]
    const difference = one.share - other.share
    const low = difference - Math.hypot(one.share - a.low, b.high - other.share)
    const high = difference + Math.hypot(a.high - one.share, other.share - b.low)
    return [
      {
        label: one.label,
        now: one.share,
        before: other.share,
        difference,
        low,
        high,
        isBeyondChance: low > 0 || high < 0,
      },
    ]
  })
}

const bounds = ({ low, high, jointLow = low, jointHigh = high }: ShareRecord) => ({ low: jointLow, high: jointHigh })

/** What changed beyond chance, in a sentence; of two labels the one that grew. `than` names the earlier days. */
export function changeInWords(changes: readonly ShareChange[], than: string): string | undefined {
  if (changes.length === 0) return undefined
  const sure = changes.filter(({ isBeyondChance }) => isBeyondChance)
  if (sure.length === 0) {
    const each = changes.map(
      ({ label, now, before }) => `${isolated(label)} ${percent(now)} % after ${percent(before)} %`,
    )
    return `No label changed beyond chance against ${than}: ${each.join(', ')}.`
  }
  const told = changes.length === 2 && sure.length === 2 ? sure.filter(({ difference }) => difference > 0) : sure
  const parts = told.map(
    ({ label, now, before, difference, low, high }) =>
      `${difference > 0 ? 'more' : 'less'} ${isolated(label)}, ${percent(now)} % after ${percent(before)} %, which is ${points(difference)} points (95 % interval ${points(low)} to ${points(high)})`,
  )
  return `Against ${than}: ${parts.join('; ')}.`
}

/** `+4` or `−3`, in points of a hundred. */
export function points(change: number): string {
  const value = 100 * change
  const size = Math.abs(value) < 9.95 ? Math.abs(value).toFixed(1).replace(/\.0$/, '') : Math.abs(value).toFixed(0)
  return Number(size) === 0 ? '0' : `${value < 0 ? '−' : '+'}${size}`
}
