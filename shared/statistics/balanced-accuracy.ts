import { sum } from './numbers'
import { wilson } from './wilson'

/** Labels with fewer items are left out. */
const LEAST_ITEMS = 1

export interface BalancedAccuracy {
  share: number
  /** A 95 % interval. */
  low: number
  high: number
  /** Number of items behind it. */
  items: number
}

/**
 * Balanced accuracy: the mean recall over the labels. A row of the confusion is the true label, a column the label that was
 * given. The interval combines Wilson's intervals of the labels by the square-and-add method (Newcombe 1998). Undefined
 * if no label has items.
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
