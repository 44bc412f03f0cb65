import type { Cursor } from './cursor'
import type { Matrix } from './matrix'

// A dense matrix in a file: rows and columns as 64-bit integers, then 32-bit floats row by row.

const CHUNK_BYTES = 1 << 18

/** Throws MODEL_INVALID, or MODEL_UNSUPPORTED, for the file being read. */
export type Refuse = (found: string, expected: string, code?: 'MODEL_INVALID' | 'MODEL_UNSUPPORTED') => never

export type Shape = { rows: number; columns: number }

/** Reads the sizes of a matrix. Refuses sizes that differ from those in the header. */
export function checkShape(cursor: Cursor, field: string, { rows, columns }: Shape, refuse: Refuse): void {
  const sizes = cursor.take(16, `the sizes of ${field}`)
  const [m, n] = [sizes.readBigInt64LE(0), sizes.readBigInt64LE(8)]
  if (m !== BigInt(rows) || n !== BigInt(columns)) refuse(`${m} x ${n} as the size of ${field}`, `${rows} x ${columns}`)
}

function checkLength(cursor: Cursor, field: string, { rows, columns }: Shape, refuse: Refuse): void {
  const bytes = rows * columns * 4
  if (bytes > cursor.left()) refuse(`${cursor.left()} bytes for ${field} of ${rows} x ${columns}`, `${bytes} bytes`)
}

/** Reads a dense matrix, after checking that the file is long enough for it. */
export function readDense(cursor: Cursor, field: string, shape: Shape, refuse: Refuse): Matrix {
  checkShape(cursor, field, shape, refuse)
  const { rows, columns } = shape
  checkLength(cursor, field, shape, refuse)
  const data = new Float32Array(rows * columns)
  cursor.fill(new Uint8Array(data.buffer), field)
  return { data, rows, columns, stride: columns }
}

/**
 * Reads the input matrix. Most buckets of a small text were never hit and are zeros. Only the rows of the `words` and the
 * buckets that are not zeros are kept, one after another; `bucketRows` has their row numbers (0 for zeros). The array has room
 * for all rows, but the operating system allocates only the pages that are written.
 */
export function readInput(
  cursor: Cursor,
  field: string,
  shape: Shape,
  words: number,
  refuse: Refuse,
): { input: Matrix; bucketRows: Int32Array } {
  checkShape(cursor, field, shape, refuse)
  checkLength(cursor, field, shape, refuse)
  const { rows, columns } = shape
  const data = new Float32Array(rows * columns)
  cursor.fill(new Uint8Array(data.buffer, 0, words * columns * 4), field)

  const buckets = rows - words
  const bucketRows = new Int32Array(buckets)
  const rowsAtOnce = Math.max(1, Math.floor(CHUNK_BYTES / 4 / columns))
  const values = new Float32Array(Math.min(buckets, rowsAtOnce) * columns)
  const bits = new Int32Array(values.buffer)
  let kept = words
  for (let bucket = 0; bucket < buckets; bucket += rowsAtOnce) {
    const count = Math.min(rowsAtOnce, buckets - bucket)
    cursor.fill(new Uint8Array(values.buffer, 0, count * columns * 4), field)
    kept = keepRows(values, bits, count, columns, data, kept, bucketRows, bucket)
  }
  return { input: { data, rows: kept, columns, stride: columns }, bucketRows }
}

/** Appends the rows that are not zeros to `data` and returns the new number of rows. */
function keepRows(
  values: Float32Array,
  bits: Int32Array,
  count: number,
  columns: number,
  data: Float32Array,
  kept: number,
  bucketRows: Int32Array,
  firstBucket: number,
): number {
  for (let row = 0; row < count; row++) {
    const from = row * columns
    let any = 0
    for (let j = 0; j < columns; j++) any |= bits[from + j]!
    if (any === 0) continue
    const to = kept * columns
    for (let j = 0; j < columns; j++) data[to + j] = values[from + j]!
    bucketRows[firstBucket + row] = kept++
  }
  return kept
}

/** The flag of a matrix that is not quantised, and its sizes. */
export function matrixHeader(rows: number, columns: number): Buffer {
  const bytes = Buffer.alloc(17)
  bytes.writeBigInt64LE(BigInt(rows), 1)
  bytes.writeBigInt64LE(BigInt(columns), 9)
  return bytes
}

/** `count` rows of a matrix from row `first` on, or the rows that `rowOf` gives; a negative row is all zeros. */
export function* rowsInOrder(
  { data, columns, stride }: Matrix,
  first: number,
  count: number,
  rowOf = (row: number) => first + row,
): Generator<Buffer> {
  const rowsAtOnce = Math.max(1, Math.floor(CHUNK_BYTES / 4 / columns))
  const chunk = new Float32Array(Math.min(count, rowsAtOnce) * columns)
  for (let from = 0; from < count; from += rowsAtOnce) {
    const to = Math.min(count, from + rowsAtOnce)
    chunk.fill(0)
    for (let i = from; i < to; i++) {
      const row = rowOf(i)
      if (row < 0) continue
      const target = (i - from) * columns
      for (let j = 0; j < columns; j++) chunk[target + j] = data[row * stride + j]!
    }
    yield Buffer.from(chunk.buffer, 0, (to - from) * columns * 4)
  }
}
