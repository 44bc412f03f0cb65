/** Small dense matrices by rows. */
export type Matrix = readonly (readonly number[])[]

export const square = (size: number, of: (row: number, column: number) => number): number[][] =>
  Array.from({ length: size }, (_, row) => Array.from({ length: size }, (_, column) => of(row, column)))

export const identity = (size: number): number[][] => square(size, (i, j) => Number(i === j))

export const product = (a: Matrix, b: Matrix): number[][] => a.map((row) => rowProduct(row, b))

export const rowProduct = (row: readonly number[], b: Matrix): number[] =>
  b[0]!.map((_, j) => row.reduce((total, value, i) => total + value * b[i]![j]!, 0))

const transposed = (a: Matrix): number[][] => a[0]!.map((_, j) => a.map((row) => row[j]!))

/** Gauss-Jordan elimination with row pivots; undefined if the matrix is singular. */
export function inverse(a: Matrix): number[][] | undefined {
  const size = a.length
  const rows = a.map((row, i) => [...row, ...identity(size)[i]!])
  for (let c = 0; c < size; c++) {
    let pivot = c
    for (let r = c + 1; r < size; r++) if (Math.abs(rows[r]![c]!) > Math.abs(rows[pivot]![c]!)) pivot = r
    const head = rows[pivot]![c]!
    if (Math.abs(head) < 1e-12) return undefined
    const chosen = rows[pivot]!.map((value) => value / head)
    rows[pivot] = rows[c]!
    rows[c] = chosen
    for (let r = 0; r < size; r++) {
      const factor = rows[r]![c]!
      if (r === c || factor === 0) continue
      rows[r] = rows[r]!.map((value, k) => value - factor * chosen[k]!)
    }
  }
  return rows.map((row) => row.slice(size))
}

/** Largest eigenvalue of a positive semi-definite matrix, by power iteration, from below. */
function largestEigenvalue(gram: Matrix): number {
  // Unequal parts, so that the start is not orthogonal to the leading vector of a symmetric case.
  let vector = gram.map((_, i) => 1 + i / 7)
  let value = 0
  for (let i = 0; i < 100; i++) {
    const next = gram.map((row) => dot(row, vector))
    const length = Math.sqrt(dot(next, next))
    if (length === 0) return 0
    value = length / Math.sqrt(dot(vector, vector))
    vector = next.map((part) => part / length)
  }
  return value
}

/** Largest over smallest singular value; infinite where the matrix is singular. */
export function conditionNumber(a: Matrix): number {
  const inverted = inverse(a)
  if (!inverted) return Number.POSITIVE_INFINITY
  const norm = (of: Matrix) => Math.sqrt(largestEigenvalue(product(transposed(of), of)))
  return norm(a) * norm(inverted)
}

/** Lower triangle L with L·Lᵀ = the covariance. Directions without variance stay zero. */
export function choleskyRoot(covariance: Matrix): number[][] {
  const root = covariance.map((row) => row.map(() => 0))
  for (let i = 0; i < covariance.length; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = covariance[i]![j]!
      for (let k = 0; k < j; k++) rest -= root[i]![k]! * root[j]![k]!
      if (i === j) root[i]![i] = Math.sqrt(Math.max(0, rest))
      else root[i]![j] = root[j]![j]! > 1e-9 ? rest / root[j]![j]! : 0
    }
  }
  return root
}

export const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((total, value, i) => total + value * b[i]!, 0)
