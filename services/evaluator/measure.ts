import type { Classifier } from '../../shared/classifier'
import { metrics } from '../../shared/fasttext'
import type { EvaluationLine, ScoresRecord } from '../../shared/records'
import { accuracyOf, type Answered, bootstrap, macroF1Of, percentileInterval } from '../../shared/statistics/bootstrap'
import type { Forecast } from '../../shared/statistics/temperature'

/** Something that answers every text with its labels, the likeliest first. */
export type Answers = Pick<Classifier, 'rank'>

/** A classifier's answers on the window, and what they are worth. */
export interface Measured extends Answered {
  scores: ScoresRecord
  forecasts: Forecast[]
  /** Macro-F1 of resampled windows: of all models of one window on the same ones, so that differences are paired. */
  resampled: Float64Array
}

/**
 * Hold a classifier's answers against people's labels. `labels` are the classes of the dataset; what the model answers
 * beside them is counted as wrong and stands last in the confusion.
 */
export function measure(model: Answers, items: readonly EvaluationLine[], labels: readonly string[]): Measured {
  const ranked = model.rank(
    items.map(({ text }) => text),
    Number.POSITIVE_INFINITY,
  )
  const judged = items.map(({ label }, i) => ({ truths: [label], predictions: ranked[i]! }))
  const { accuracy, macroF1, logLoss, classes } = metrics(judged)
  const names = [...labels, ...Object.keys(classes).filter((label) => !labels.includes(label))]

  const truths = items.map(({ label }) => names.indexOf(label))
  const answers = ranked.map(([best]) => names.indexOf(best!.label))
  const confusion = names.map(() => names.map(() => 0))
  for (const [i, truth] of truths.entries()) confusion[truth]![answers[i]!]!++

  const [resampled, accuracies] = bootstrap(items.length, [
    macroF1Of({ truths, answers }),
    accuracyOf({ truths, answers }),
  ])
  const scores: ScoresRecord = {
    items: items.length,
    accuracy: counted(accuracy),
    accuracyInterval: percentileInterval(accuracies!),
    macroF1: counted(macroF1),
    macroF1Interval: percentileInterval(resampled!),
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
    hashtags: hashtagsOf(items).map((hashtag) => {
      const own = metrics(judged.filter((_, i) => items[i]!.hashtags.includes(hashtag)))
      return { hashtag, items: own.examples, accuracy: counted(own.accuracy), macroF1: counted(own.macroF1) }
    }),
  }
  const forecasts = ranked.map((predictions, i) => ({
    probabilities: predictions.map(({ probability }) => probability),
    truth: predictions.findIndex(({ label }) => label === items[i]!.label),
  }))
  return { scores, truths, answers, forecasts, resampled: resampled! }
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

const hashtagsOf = (items: readonly EvaluationLine[]): string[] =>
  [...new Set(items.flatMap(({ hashtags }) => hashtags))].sort()

/** JSON has no NaN. */
const counted = (value: number): number | null => (Number.isNaN(value) ? null : value)
