import { sum } from './numbers'
import { wilson } from './wilson'

/** A label with fewer items than this says nothing. */
const LEAST_ITEMS = 1

export interface BalancedAccuracy {
  share: number
  /** A 95 % interval. */
  low: number
  high: number
  /** Items that it rests on. */
  items: number
}

/**
 * The mean over the labels of how often a label is recognised. A row of the confusion is what items are, a column what was
 * said. The interval is put together from Wilson's of each label by the square-and-add method (Newcombe 1998). Nothing
 * where no label has items.
 */
export function balancedAccuracy(confusion: readonly (readonly number[])[]): BalancedAccuracy | null {
  const recalls = confusion.flatMap((row, label) => {
    const items = sum(row)
    if (items < LEAST_ITEMS) return []
    const share = (row[label] ?? 0) / items
    return [{ items, share, ...wilson(share, items) }]
  })
  if (recalls.length === 0) return null
  const share = sum(recalls.map((one) => one.share)) / recalls.length
  const below = Math.hypot(...recalls.map((one) => one.share - one.low)) / recalls.length
  const above = Math.hypot(...recalls.map((one) => one.high - one.share)) / recalls.length
  return { share, low: share - below, high: share + above, items: Math.round(sum(recalls.map(({ items }) => items))) }
}
