const LOW = 0.02425
const A = [
  -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239,
]
const B = [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1]
const C = [
  -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
]
const D = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1]

/** The quantile of the standard normal distribution at `p` in (0, 1), to nine digits (Acklam's rational approximation). */
export function normalQuantile(p: number): number {
  if (p > 1 - LOW) return -normalQuantile(1 - p)
  if (p < LOW) {
    const root = Math.sqrt(-2 * Math.log(p))
    return polynomial(C, root) / polynomial(D, root)
  }
  const centred = p - 0.5
  const square = centred * centred
  return (polynomial(A, square) * centred) / polynomial(B, square)
}

const polynomial = (coefficients: readonly number[], x: number): number =>
  coefficients.reduce((value, coefficient) => value * x + coefficient, 0)
