/** The axis of shares: where it ends, and which of its values are written at it. Shares are in [0, 1]. */

/** Where an axis of shares can end: each has a middle, tenths or quarters that are easy to read. */
const ENDS = [0.2, 0.5, 1]

/** Where the axis ends: behind all of these shares, so that small ones are told apart. */
export const endOfAxis = (highs: readonly number[]): number =>
  ENDS.find((end) => highs.every((high) => high <= end + 1e-9)) ?? 1

/** The values that are written at the axis; where there is little room, only its ends and its middle. */
export function ticksOfAxis(end: number, isRoomy: boolean): number[] {
  const steps = !isRoomy ? 2 : end === 0.2 ? 4 : 5
  return Array.from({ length: steps + 1 }, (_, i) => Math.round((1000 * end * i) / steps) / 1000)
}
