import type { Classifier } from '../../shared/classifier'
import { metrics } from '../../shared/fasttext'
import type { EvaluationLine, ScoresRecord } from '../../shared/records'

/** Something that answers every text with its labels, the likeliest first. */
export type Answers = Pick<Classifier, 'rank'>

/**
 * Hold a classifier's answers against people's labels. `labels` are the classes of the dataset; what the model answers
 * beside them is counted as wrong and stands last in the confusion.
 */
export function measure(model: Answers, items: readonly EvaluationLine[], labels: readonly string[]): ScoresRecord {
  const ranked = model.rank(
    items.map(({ text }) => text),
    Number.POSITIVE_INFINITY,
  )
  const judged = items.map(({ label }, i) => ({ truths: [label], predictions: ranked[i]! }))
  const { accuracy, macroF1, logLoss, classes } = metrics(judged)
  const names = [...labels, ...Object.keys(classes).filter((label) => !labels.includes(label))]

  const confusion = names.map(() => names.map(() => 0))
  for (const { truths, predictions } of judged) {
    confusion[names.indexOf(truths[0]!)]![names.indexOf(predictions[0]!.label)]!++
  }
  return {
    items: items.length,
    accuracy: counted(accuracy),
    accuracyInterval: null,
    macroF1: counted(macroF1),
    macroF1Interval: null,
    logLoss: counted(logLoss),
    classes: names.map((label) => {
      const { gold = 0, predicted = 0, precision = NaN, recall = NaN, f1 = NaN } = classes[label] ?? {}
      return {
        label,
        items: gold,
        answered: predicted,
        precision: counted(precision),
        recall: counted(recall),
        f1: counted(f1),
      }
    }),
    confusion,
    hashtags: [],
  }
}

/** Answers every text with the most frequent class of the items, ties by name; its probabilities are the classes' shares. */
export function majorityOf(items: readonly EvaluationLine[], labels: readonly string[]): Answers {
  const share = (label: string) => items.filter((item) => item.label === label).length / items.length
  const answer = [...labels]
    .sort()
    .map((label) => ({ label, probability: share(label) }))
    .sort((a, b) => b.probability - a.probability)
  return { rank: (texts) => texts.map(() => answer) }
}

/** JSON has no NaN. */
const counted = (value: number): number | null => (Number.isNaN(value) ? null : value)
