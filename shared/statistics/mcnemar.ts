/**
 * McNemar's exact test, two-sided: how likely so uneven a split of the items on which two models differ would be, if
 * neither were better. `lost` and `gained` are items that only the one, or only the other has right. McNemar 1947.
 */
export function mcnemar(lost: number, gained: number): number {
  const items = lost + gained
  // In logarithms, as 2^-items is no number any more beyond 1,074 items.
  let logarithm = -items * Math.LN2
  let tail = 0
  for (let k = 0; k <= Math.min(lost, gained); k++) {
    tail += Math.exp(logarithm)
    logarithm += Math.log((items - k) / (k + 1))
  }
  return Math.min(1, 2 * tail)
}
