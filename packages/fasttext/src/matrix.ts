/** Rows of 32-bit floats. Row r is `data[r * stride, r * stride + columns)`; the padding of a wider stride is zero. */
export type Matrix = { data: Float32Array; rows: number; columns: number; stride: number }

/** The stride that fills whole vectors of four floats. */
export const paddedStride = (columns: number): number => Math.ceil(columns / 4) * 4

/**
 * sum <- sum + the rows `indices[0, count)`, in 32 bits. An index past the last row counts as a row of zeros. The sums of
 * five columns at a time stay in registers over all rows: this loop is most of what a prediction costs.
 */
export function addRows(matrix: Matrix, indices: Int32Array, count: number, sum: Float32Array): void {
  let column = 0
  for (; column + 5 <= matrix.columns; column += 5) addFive(matrix, indices, count, sum, column)
  for (; column < matrix.columns; column++) addOne(matrix, indices, count, sum, column)
}

function addFive(
  { data, rows, stride }: Matrix,
  indices: Int32Array,
  count: number,
  sum: Float32Array,
  column: number,
): void {
  let a = sum[column]!
  let b = sum[column + 1]!
  let c = sum[column + 2]!
  let d = sum[column + 3]!
  let e = sum[column + 4]!
  for (let i = 0; i < count; i++) {
    const row = indices[i]!
    if (row >= rows) continue
    const from = row * stride + column
    a = Math.fround(a + data[from]!)
    b = Math.fround(b + data[from + 1]!)
    c = Math.fround(c + data[from + 2]!)
    d = Math.fround(d + data[from + 3]!)
    e = Math.fround(e + data[from + 4]!)
  }
  sum[column] = a
  sum[column + 1] = b
  sum[column + 2] = c
  sum[column + 3] = d
  sum[column + 4] = e
}

function addOne(
  { data, rows, stride }: Matrix,
  indices: Int32Array,
  count: number,
  sum: Float32Array,
  column: number,
): void {
  let only = sum[column]!
  for (let i = 0; i < count; i++) {
    const row = indices[i]!
    if (row < rows) only = Math.fround(only + data[row * stride + column]!)
  }
  sum[column] = only
}

/** row . vector. */
export function dotRow({ data, columns, stride }: Matrix, row: number, vector: Float32Array): number {
  const from = row * stride
  let sum = 0
  for (let j = 0; j < columns; j++) sum += data[from + j]! * vector[j]!
  return sum
}
