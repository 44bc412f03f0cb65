import { mixed } from '../../text/shingles'
import type { Rows } from './vectors'

/** Rows in which columns of the same entries are one, and which column each was put into. */
export interface Merged {
  rows: Rows
  /** For each original column. */
  into: Int32Array
  /** How many columns were merged into each column. */
  of: Int32Array
}

/**
 * Merge columns with the same entries into one, times the root of their number. A rare word's n-grams all occur in the same
 * messages, so most columns are twins. The solution is the same: L2 gives twins equal weights, which are
 * the merged column's weight divided by that root.
 */
export function mergeTwins({ columns, starts, places, values }: Rows): Merged {
  const [high, low] = hashesOf({ columns, starts, places, values })
  const numbers = new Map<number, number>()
  const into = Int32Array.from(high, (hash, column) => {
    const entries = hash * 2 ** 21 + (low[column]! >>> 11)
    const known = numbers.get(entries)
    if (known !== undefined) return known
    numbers.set(entries, numbers.size)
    return numbers.size - 1
  })
  const of = new Int32Array(numbers.size)
  for (const column of into) of[column]! += 1

  const seen = new Int32Array(numbers.size).fill(-1)
  const merged: Rows = {
    columns: numbers.size,
    starts: new Int32Array(starts.length),
    places: new Int32Array(places.length),
    values: new Float64Array(values.length),
  }
  let length = 0
  for (let row = 0; row + 1 < starts.length; row++) {
    for (let n = starts[row]!; n < starts[row + 1]!; n++) {
      const column = into[places[n]!]!
      if (seen[column] === row) continue
      seen[column] = row
      merged.places[length] = column
      merged.values[length++] = values[n]! * Math.sqrt(of[column]!)
    }
    merged.starts[row + 1] = length
  }
  merged.places = merged.places.slice(0, length)
  merged.values = merged.values.slice(0, length)
  return { rows: merged, into, of }
}

/** Two hashes of each column's entries: 53 of their 64 bits tell columns apart. */
function hashesOf({ columns, starts, places, values }: Rows): [Uint32Array, Uint32Array] {
  const high = new Uint32Array(columns)
  const low = new Uint32Array(columns)
  for (let row = 0; row + 1 < starts.length; row++)
    for (let n = starts[row]!; n < starts[row + 1]!; n++) {
      const column = places[n]!
      const entry = mixed(row) ^ Math.round(values[n]! * 2 ** 30)
      high[column] = mixed(Math.imul(high[column]!, 0x2c1b3c6d) + entry)
      low[column] = mixed(Math.imul(low[column]!, 0x27d4eb2f) ^ (entry + 0x165667b1))
    }
  return [high, low]
}
