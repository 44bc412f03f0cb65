/** One example with its true labels and a classifier's predictions, the most probable first. */
export type Judged = { truths: readonly string[]; predictions: readonly { label: string; probability: number }[] }

/** How often a label was true, how often it was predicted, and how often both. */
export type ClassCounts = {
  gold: number
  predicted: number
  correct: number
  precision: number
  recall: number
  f1: number
}

export type Metrics = {
  /** Examples with at least one true label; the others are not counted. */
  examples: number
  /** The share of examples whose first prediction is a true label. */
  accuracy: number
  /** At k predictions per example: the share of predictions that are true, and the share of true labels that are predicted. */
  precision: number
  recall: number
  /** The mean of 2 correct / (gold + predicted) over the classes that are true of at least one example. */
  macroF1: number
  /** The mean of -ln of the probability given to the true label, or to the true labels together. */
  logLoss: number
  classes: Record<string, ClassCounts>
}

/** The loss (-ln) of a true label without a probability, in place of infinity. */
const LEAST_PROBABILITY = 1e-15

/**
 * Accuracy, precision and recall at `k`, macro-F1, log loss and the counts of each class. Only the first `k` predictions of
 * an example, none below `threshold`, are compared with its labels; the log loss uses all that are given. A number that
 * has no examples to count is NaN, never 0.
 */
export function metrics(judged: Iterable<Judged>, k = 1, threshold = 0): Metrics {
  const counts = new Map<string, { gold: number; predicted: number; correct: number }>()
  const countsOf = (label: string) => {
    const known = counts.get(label) ?? { gold: 0, predicted: 0, correct: 0 }
    counts.set(label, known)
    return known
  }
  let examples = 0
  let right = 0
  let loss = 0
  for (const { truths, predictions } of judged) {
    if (truths.length === 0) continue
    examples++
    let given = 0
    for (const truth of truths) countsOf(truth).gold++
    predictions.forEach(({ label, probability }, place) => {
      const isTrue = truths.includes(label)
      if (isTrue) given += probability
      if (place >= k || probability < threshold) return
      countsOf(label).predicted++
      if (!isTrue) return
      countsOf(label).correct++
      if (place === 0) right++
    })
    loss -= Math.log(Math.min(1, Math.max(given, LEAST_PROBABILITY)))
  }

  // Without a prototype `constructor` is a label like any other. Object.create is typed as any.
  const classes = Object.create(null) as Metrics['classes']
  for (const [label, count] of [...counts].sort(byName)) classes[label] = withRatios(count)
  const sum = (field: 'gold' | 'predicted' | 'correct') =>
    [...counts.values()].reduce((all, count) => all + count[field], 0)
  const scored = Object.values(classes).filter(({ gold }) => gold > 0)
  return {
    examples,
    accuracy: ratio(right, examples),
    precision: ratio(sum('correct'), sum('predicted')),
    recall: ratio(sum('correct'), sum('gold')),
    macroF1: ratio(
      scored.reduce((all, { f1 }) => all + f1, 0),
      scored.length,
    ),
    logLoss: ratio(loss, examples),
    classes,
  }
}

const withRatios = (count: { gold: number; predicted: number; correct: number }): ClassCounts => ({
  ...count,
  precision: ratio(count.correct, count.predicted),
  recall: ratio(count.correct, count.gold),
  f1: ratio(2 * count.correct, count.gold + count.predicted),
})

const ratio = (part: number, whole: number): number => (whole === 0 ? NaN : part / whole)

const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1)
