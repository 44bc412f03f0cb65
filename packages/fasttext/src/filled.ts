/** A growable array of integers: the first `count` values are in use. */
export type Filled = { values: Int32Array; count: number }

export const noneFilled = (capacity: number): Filled => ({ values: new Int32Array(capacity), count: 0 })

export function add(filled: Filled, value: number): void {
  if (filled.count === filled.values.length) makeRoom(filled, 1)
  filled.values[filled.count++] = value
}

export function makeRoom(filled: Filled, more: number): void {
  if (filled.count + more <= filled.values.length) return
  const larger = new Int32Array(Math.max(2 * filled.values.length, filled.count + more))
  larger.set(filled.values)
  filled.values = larger
}
