import { dot, type Matrix } from './matrix'

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

/** Weight of equal shares, relative to the largest column: they decide between shares that fit equally well. */
const EVENLY = 1e-12
const TOLERANCE = 1e-12
/** The active set of K classes is found within a small multiple of K steps. */
const STEPS_PER_CLASS = 20

/**
 * The shares p on the simplex that come nearest to `means = Σ p_c columns[c]`. If the equations have a solution there,
 * it is that; else least squares by the active-set method of Lawson and Hanson (1974), exact and deterministic.
 */
export function leastSquaresOnSimplex(columns: readonly (readonly number[])[], means: readonly number[]): number[] {
  const exact = solve(columns, means)
  if (exact?.every((share) => share >= 0) && Math.abs(exact.reduce((sum, share) => sum + share, 0) - 1) < 1e-9)
    return exact
  const classes = columns.length
  const scale = Math.max(...columns.map((column) => dot(column, column)), 1e-12)
  const gram = columns.map((a, i) => columns.map((b, j) => dot(a, b) / scale + (i === j ? EVENLY : 0)))
  const target = columns.map((column) => dot(column, means) / scale + EVENLY / classes)
  let shares: number[] = Array.from({ length: classes }, () => 1 / classes)
  let free = shares.map(() => true)
  for (let step = 0; step < STEPS_PER_CLASS * classes; step++) {
    const best = bestOf(gram, target, free)
    if (!best) break
    if (best.some((share) => share < 0)) {
      // Go towards it until the first share reaches zero, which is held there.
      const reach = shares.map((share, c) => (free[c] && best[c]! < 0 ? share / (share - best[c]!) : 1))
      const first = Math.min(...reach)
      shares = shares.map((share, c) => (reach[c] === first ? 0 : share + first * (best[c]! - share)))
      free = free.map((isFree, c) => isFree && reach[c] !== first)
      continue
    }
    shares = best
    const slopes = shares.map((_, c) => dot(gram[c]!, shares) - target[c]!)
    const common = Math.max(...slopes.filter((_, c) => free[c]))
    const steepest = slopes.reduce(
      (least, slope, c) => (!free[c] && slope < slopes[least]! ? c : least),
      free.indexOf(true),
    )
    if (slopes[steepest]! >= common - TOLERANCE) break
    free = free.map((isFree, c) => isFree || c === steepest)
  }
  return projectOnSimplex(shares)
}

/** The least squares with a sum of one over the free shares, which may be negative; the others are zero. */
function bestOf(gram: Matrix, target: readonly number[], free: readonly boolean[]): number[] | undefined {
  const places = free.flatMap((isFree, c) => (isFree ? [c] : []))
  const columns = places.map((c) => [...places.map((r) => gram[r]![c]!), 1])
  const solution = solve([...columns, [...places.map(() => 1), 0]], [...places.map((c) => target[c]!), 1])
  if (!solution) return undefined
  const best = free.map(() => 0)
  for (const [i, c] of places.entries()) best[c] = solution[i]!
  return best
}

/** Below this two columns are equal up to rounding. */
const LEAST_PIVOT = 1e-13

/** Gaussian elimination with pivots; undefined if columns are equal. */
function solve(columns: readonly (readonly number[])[], means: readonly number[]): number[] | undefined {
  const size = columns.length
  if (means.length !== size) return undefined
  const rows = means.map((mean, k) => [...columns.map((column) => column[k]!), mean])
  for (let c = 0; c < size; c++) {
    let pivot = c
    for (let r = c + 1; r < size; r++) if (Math.abs(rows[r]![c]!) > Math.abs(rows[pivot]![c]!)) pivot = r
    if (Math.abs(rows[pivot]![c]!) < LEAST_PIVOT) return undefined
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
