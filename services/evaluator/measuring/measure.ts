import { type Classifier, decisionOf, type Scores } from '../../../shared/engines/classifier'
import type { EvaluationLine, ScoresRecord } from '../../../shared/records'
import {
  accuracyOf,
  type AnsweredClasses,
  bootstrap,
  macroF1Of,
  percentileInterval,
} from '../../../shared/statistics/bootstrap'
import type { Forecast } from '../../../shared/statistics/temperature'
import { textOfShown } from '../../../shared/text'
import { shownTextOf } from './window'
import { sum } from '../../../shared/statistics/numbers'
import { zip } from '../../../shared/zip'

/** What a model said of an item, and whether the model knows any of its tokens. */
export interface JudgedForecast extends Forecast {
  basis: Scores['basis']
}

/** A classifier's predictions on the window, and their scores. */
export interface MeasuredModel extends AnsweredClasses {
  scores: ScoresRecord
  forecasts: JudgedForecast[]
  /** Macro-F1 of resampled windows: the same resamples for all models of one window, so that differences are paired. */
  resampled: Float64Array
}

/**
 * Compare the predictions of a classifier with people's labels. `labels` are the classes of the dataset; any other
 * prediction is wrong and is counted in the last column of the confusion matrix.
 */
export const measureModel = async (
  model: Classifier,
  items: readonly EvaluationLine[],
  labels: readonly string[],
): Promise<MeasuredModel> => {
  const said = await model.classify(items.map((item) => textOfShown(shownTextOf(item))))
  return measured({ labels: model.labels, said }, items, labels)
}

/** The same for existing scores: `said` has one entry for each item, over the labels of the model. */
export function measured(
  { labels: own, said }: { labels: readonly string[]; said: readonly Scores[] },
  items: readonly EvaluationLine[],
  labels: readonly string[],
): MeasuredModel {
  // oxlint-disable-next-line typescript/no-non-null-assertion -- a model decides for one of its own labels
  const answered = said.map((scores) => own[decisionOf(scores)]!)
  const foreign = [...items.map(({ label }) => label), ...answered].filter((label) => !labels.includes(label))
  const names = [...labels, ...[...new Set(foreign)].sort()]

  const truths = items.map(({ label }) => names.indexOf(label))
  const answers = answered.map((label) => names.indexOf(label))
  const confusion = names.map(() => names.map(() => 0))
  // oxlint-disable-next-line typescript/no-non-null-assertion -- `names` has every label and every prediction
  for (const [truth, answer] of zip(truths, answers)) confusion[truth]![answer]!++

  const forecasts = zip(said, items).map(([{ probabilities, basis }, { label }]) => ({
    probabilities,
    truth: own.indexOf(label),
    basis,
  }))
  const [resampled, accuracies] = bootstrap(items.length, [
    macroF1Of({ truths, answers }),
    accuracyOf({ truths, answers }),
  ])
  const { accuracy, macroF1 } = countedOf({ truths, answers })
  const scores: ScoresRecord = {
    items: items.length,
    accuracy,
    accuracyInterval: percentileInterval(accuracies),
    macroF1,
    macroF1Interval: percentileInterval(resampled),
    logLoss: counted(mean(forecasts.map(lossOf))),
    classes: names.map((label, place) => classOf(label, place, { truths, answers })),
    confusion,
    hashtags: hashtagsOf(items).map((hashtag) => {
      const isOf = items.map(({ hashtags }) => hashtags.includes(hashtag))
      const ofThese = (list: readonly number[]) => list.filter((_, i) => isOf[i])
      const own = { truths: ofThese(truths), answers: ofThese(answers) }
      return { hashtag, items: own.truths.length, ...countedOf(own) }
    }),
  }
  return { scores, truths, answers, forecasts, resampled }
}

/** Accuracy and macro-F1, each item counted once; null without items. */
function countedOf(answered: AnsweredClasses): Pick<ScoresRecord, 'accuracy' | 'macroF1'> {
  const once = new Uint32Array(answered.truths.length).fill(1)
  return { accuracy: counted(accuracyOf(answered)(once)), macroF1: counted(macroF1Of(answered)(once)) }
}

/** A ratio is null where nothing was counted for it. */
function classOf(label: string, place: number, { truths, answers }: AnsweredClasses): ScoresRecord['classes'][number] {
  const items = truths.filter((truth) => truth === place).length
  const answered = answers.filter((answer) => answer === place).length
  const right = truths.filter((truth, i) => truth === place && answers[i] === place).length
  return {
    label,
    items,
    answered,
    precision: counted(right / answered),
    recall: counted(right / items),
    f1: counted((2 * right) / (items + answered)),
  }
}

/** A true label with probability zero costs this much (-ln), not infinity. */
const LEAST_PROBABILITY = 1e-15

const lossOf = ({ probabilities, truth }: JudgedForecast): number =>
  -Math.log(Math.min(1, Math.max(probabilities[truth] ?? 0, LEAST_PROBABILITY)))

/**
 * Predicts for every text the most frequent class of the items, ties by name; its probabilities are the classes'
 * shares.
 */
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

const mean = (values: readonly number[]): number => sum(values) / values.length

/** JSON has no NaN. */
const counted = (value: number): number | null => (Number.isNaN(value) ? null : value)
