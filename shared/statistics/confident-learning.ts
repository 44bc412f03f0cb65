export interface Suspects {
  /** For each label, how probable the model finds it where it was given: the least that counts as confident. */
  thresholds: number[]
  /** Items that the model is confident of: a row is the given label, a column what the model says. */
  joint: number[][]
  /** Places of the items whose label is probably wrong, the most suspicious first. */
  suspects: number[]
}

/**
 * Labels that are probably wrong, by confident learning. `given` is the label of each item by its place among the
 * labels, `probabilities` a row of probabilities for each item, of a model that did not learn from that item. An item
 * is suspected where the most probable of the labels that reach their threshold is not the given one; the order is that
 * of the margin between the given label and the best other. A label that was never given has no threshold and suspects
 * nothing. Northcutt, Jiang & Chuang, JAIR 2021.
 */
export function findSuspects(given: readonly number[], probabilities: readonly (readonly number[])[]): Suspects {
  const labels = probabilities[0]?.length ?? 0
  const range = Array.from({ length: labels }, (_, label) => label)
  const thresholds = range.map((label) => {
    const rows = probabilities.filter((_, i) => given[i] === label)
    return rows.length === 0 ? Infinity : rows.reduce((sum, row) => sum + row[label]!, 0) / rows.length
  })
  const joint = range.map(() => range.map(() => 0))
  const suspects: { place: number; margin: number }[] = []
  for (const [place, row] of probabilities.entries()) {
    const label = given[place]!
    const confident = range.filter((other) => row[other]! >= thresholds[other]! - TOLERANCE)
    if (confident.length === 0) continue
    const answer = confident.reduce((best, other) => (row[other]! > row[best]! ? other : best))
    joint[label]![answer]! += 1
    if (answer !== label) suspects.push({ place, margin: marginOf(row, label) })
  }
  suspects.sort((a, b) => a.margin - b.margin || a.place - b.place)
  return { thresholds, joint, suspects: suspects.map(({ place }) => place) }
}

/** A mean may round to above what it is the mean of. */
const TOLERANCE = 1e-6

/** How probable a label is against the best other one; 0 where the other is certain, 1 where the label is. */
export const marginOf = (row: readonly number[], label: number): number =>
  (row[label]! - Math.max(...row.filter((_, other) => other !== label)) + 1) / 2
