/** Rows of 32-bit floats. Row r is `data[r * stride, r * stride + columns)`; what a wider stride adds is zero. */
export type Matrix = { data: Float32Array; rows: number; columns: number; stride: number }

/** The stride that fills whole vectors of four floats. */
export const paddedStride = (columns: number): number => Math.ceil(columns / 4) * 4

/** sum <- sum + the rows `indices[0, count)`. An index past the last row stands for a row of zeros. */
export function addRows(
  { data, rows, columns, stride }: Matrix,
  indices: Int32Array,
  count: number,
  sum: Float32Array,
): void {
  for (let i = 0; i < count; i++) {
    const row = indices[i]!
    if (row >= rows) continue
    const from = row * stride
    for (let j = 0; j < columns; j++) sum[j]! += data[from + j]!
  }
}

/** row . vector. */
export function dotRow({ data, columns, stride }: Matrix, row: number, vector: Float32Array): number {
  const from = row * stride
  let sum = 0
  for (let j = 0; j < columns; j++) sum += data[from + j]! * vector[j]!
  return sum
}
