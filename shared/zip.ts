/** Pairs of what stands at the same place in two lists. Lists of different lengths do not belong together: an error. */
export function zip<A, B>(left: readonly A[], right: readonly B[]): [A, B][] {
  if (left.length !== right.length) {
    throw new RangeError(`cannot pair ${left.length} items with ${right.length}: both lists need the same length`)
  }
  // oxlint-disable-next-line typescript/no-non-null-assertion -- both lists have the same length, as checked above
  return left.map((item, i) => [item, right[i]!])
}
