export interface Suspects {
  /** For each label, the model's mean probability where the label was given: the threshold of confidence. */
  thresholds: number[]
  /** Items that the model is confident about: a row is the given label, a column the model's label. */
  joint: number[][]
  /** Indices of the items whose label is probably wrong, the most suspicious first. */
  suspects: number[]
}

/**
 * Labels that are probably wrong, by confident learning. `given` is the label of each item by its place among the
 * labels, `probabilities` a row of out-of-sample probabilities for each item. An item
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

/** A mean may round to slightly above the values. */
const TOLERANCE = 1e-6

/** Probability of a label against the best other one: 0 if the other is certain, 1 if the label is. */
export const marginOf = (row: readonly number[], label: number): number =>
  (row[label]! - Math.max(...row.filter((_, other) => other !== label)) + 1) / 2
