/** The nearest point whose parts are not negative and sum to one (Duchi et al., ICML 2008). */
export function projectOnSimplex(point: readonly number[]): number[] {
  const sorted = [...point].sort((a, b) => b - a)
  let sum = 0
  let shift = 0
  for (const [i, value] of sorted.entries()) {
    sum += value
    const candidate = (sum - 1) / (i + 1)
    if (value - candidate > 0) shift = candidate
  }
  return point.map((value) => Math.max(0, value - shift))
}

const ITERATIONS = 400

/**
 * The shares p on the simplex that come nearest to `means = Σ p_c columns[c]`. Where the equations have a solution there
 * it is that; else least squares by FISTA (Beck & Teboulle, 2009) with step 1/‖M‖², deterministic, from the even shares.
 */
export function leastSquaresOnSimplex(columns: readonly (readonly number[])[], means: readonly number[]): number[] {
  const exact = solve(columns, means)
  if (exact?.every((share) => share >= 0) && Math.abs(exact.reduce((sum, share) => sum + share, 0) - 1) < 1e-9)
    return exact
  const classes = columns.length
  const gram = columns.map((a) => columns.map((b) => dot(a, b)))
  const target = columns.map((column) => dot(column, means))
  const step = 1 / Math.max(largestEigenvalue(gram), 1e-12)
  let shares: number[] = Array.from({ length: classes }, () => 1 / classes)
  let ahead = shares
  let momentum = 1
  for (let i = 0; i < ITERATIONS; i++) {
    const next = projectOnSimplex(ahead.map((value, c) => value - step * (dot(gram[c]!, ahead) - target[c]!)))
    const nextMomentum = (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2
    const push = (momentum - 1) / nextMomentum
    const moved = Math.max(...next.map((value, c) => Math.abs(value - shares[c]!)))
    ahead = next.map((value, c) => value + push * (value - shares[c]!))
    shares = next
    momentum = nextMomentum
    if (moved < 1e-10) break
  }
  return shares
}

/** Gauss's elimination with pivots; nothing where the columns hardly differ. */
function solve(columns: readonly (readonly number[])[], means: readonly number[]): number[] | undefined {
  const size = columns.length
  if (means.length !== size) return undefined
  const rows = means.map((mean, k) => [...columns.map((column) => column[k]!), mean])
  for (let c = 0; c < size; c++) {
    let pivot = c
    for (let r = c + 1; r < size; r++) if (Math.abs(rows[r]![c]!) > Math.abs(rows[pivot]![c]!)) pivot = r
    if (Math.abs(rows[pivot]![c]!) < 1e-9) return undefined
    ;[rows[c], rows[pivot]] = [rows[pivot]!, rows[c]!]
    for (let r = c + 1; r < size; r++) {
      const factor = rows[r]![c]! / rows[c]![c]!
      for (let k = c; k <= size; k++) rows[r]![k]! -= factor * rows[c]![k]!
    }
  }
  const shares = means.map(() => 0)
  for (let r = size - 1; r >= 0; r--) {
    let rest = rows[r]![size]!
    for (let k = r + 1; k < size; k++) rest -= rows[r]![k]! * shares[k]!
    shares[r] = rest / rows[r]![r]!
  }
  return shares
}

/** Of a symmetric matrix without negative eigenvalues, from above: by its rows, then made sharper by powers. */
function largestEigenvalue(gram: readonly (readonly number[])[]): number {
  let vector = gram.map(() => 1)
  let value = 0
  for (let i = 0; i < 50; i++) {
    const next = gram.map((row) => dot(row, vector))
    const length = Math.sqrt(dot(next, next))
    if (length === 0) return 0
    value = length / Math.sqrt(dot(vector, vector))
    vector = next.map((part) => part / length)
  }
  // Powers come from below; the step must not be too long.
  return value * 1.0001
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0)
