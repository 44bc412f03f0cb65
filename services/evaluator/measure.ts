import { type Classifier, likeliest, type Scores } from '../../shared/engines/classifier'
import { metrics } from '../../shared/fasttext'
import type { EvaluationLine, ScoresRecord } from '../../shared/records'
import { accuracyOf, type Answered, bootstrap, macroF1Of, percentileInterval } from '../../shared/statistics/bootstrap'
import type { Forecast } from '../../shared/statistics/temperature'
import { textOfShown } from '../../shared/text'
import { shownOf } from './window'

/** What a model said of an item, and whether it holds anything that the model knows. */
export interface Judgement extends Forecast {
  basis: Scores['basis']
}

/** A classifier's answers on the window, and what they are worth. */
export interface Measured extends Answered {
  scores: ScoresRecord
  forecasts: Judgement[]
  /** Macro-F1 of resampled windows: of all models of one window on the same ones, so that differences are paired. */
  resampled: Float64Array
}

/**
 * Compare what a classifier says with people's labels. `labels` are the classes of the dataset; an answer outside
 * them is wrong and takes the last column of the confusion matrix.
 */
export const measure = async (
  model: Classifier,
  items: readonly EvaluationLine[],
  labels: readonly string[],
): Promise<Measured> => {
  const said = await model.classify(items.map((item) => textOfShown(shownOf(item))))
  return measured({ labels: model.labels, said }, items, labels)
}

/** The same of scores that are there: `said` has one for each item, over the labels of the model. */
export function measured(
  { labels: own, said }: { labels: readonly string[]; said: readonly Scores[] },
  items: readonly EvaluationLine[],
  labels: readonly string[],
): Measured {
  const ranked = said.map(({ probabilities }) => rankedBy(probabilities, own))
  const judged = items.map(({ label }, i) => ({ truths: [label], predictions: ranked[i]! }))
  const { accuracy, macroF1, logLoss, classes } = metrics(judged)
  const names = [...labels, ...Object.keys(classes).filter((label) => !labels.includes(label))]

  const truths = items.map(({ label }) => names.indexOf(label))
  const answers = said.map(({ probabilities }) => names.indexOf(own[likeliest(probabilities)]!))
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
  const forecasts = said.map(({ probabilities, basis }, i) => ({
    probabilities,
    truth: own.indexOf(items[i]!.label),
    basis,
  }))
  return { scores, truths, answers, forecasts, resampled: resampled! }
}

/** The labels of a text with their probabilities, the likeliest first; of equal ones by name. */
const rankedBy = (probabilities: readonly number[], labels: readonly string[]) =>
  labels.map((label, i) => ({ label, probability: probabilities[i]! })).sort((a, b) => b.probability - a.probability)

/** Answers every text with the most frequent class of the items, ties by name; its probabilities are the classes' shares. */
export function majorityOf(items: readonly EvaluationLine[], labels: readonly string[]): Classifier {
  const sorted = [...labels].sort()
  const shares = sorted.map((label) => items.filter((item) => item.label === label).length / items.length)
  return {
    labels: sorted,
    classify: async (texts) => texts.map(() => ({ probabilities: shares, basis: 'prior' as const })),
  }
}

const hashtagsOf = (items: readonly EvaluationLine[]): string[] =>
  [...new Set(items.flatMap(({ hashtags }) => hashtags))].sort()

/** JSON has no NaN. */
const counted = (value: number): number | null => (Number.isNaN(value) ? null : value)
