import { evaluationWindow } from '../../shared/labels'
import type { CardRecord, DatasetRecord, EvaluationLine } from '../../shared/records'
import { type ShownText, shownText } from '../../shared/text'

export interface Window {
  items: EvaluationLine[]
  described: CardRecord['window']
}

/**
 * The evaluation window of a dataset, on which all models are compared. An item whose text stands in the training set too
 * is left out: a model that has seen it is not judged by it.
 */
export function windowOf(
  evaluation: readonly EvaluationLine[],
  size: number,
  isTrainedOn: (text: string) => boolean,
): Window {
  const newest = evaluationWindow(evaluation, size)
  const items = newest.filter(({ text }) => !isTrainedOn(text))
  return {
    items,
    described: {
      size,
      items: items.length,
      of: evaluation.length,
      from: items.at(-1)?.date ?? null,
      to: items[0]?.date ?? null,
      leaked: newest.length - items.length,
    },
  }
}

/**
 * The text of an item. A line of text version 1 has tokens alone: without the word that stands twice for a hashtag, they are
 * a text that has the same tokens.
 */
export const shownOf = ({ shown, text }: Pick<EvaluationLine, 'shown' | 'text'>): ShownText =>
  shownText(shown ?? text.replaceAll(/(?<!\S)(#(\S+)) \2(?!\S)/g, '$1'))

/**
 * Why a model of a text version cannot be asked about these lines: a dataset of version 1 holds tokens alone, of which only
 * its own version makes the same tokens again.
 */
export const whyNotScored = (
  lines: readonly EvaluationLine[],
  { datasetId, textVersion: own }: Pick<DatasetRecord, 'datasetId' | 'textVersion'>,
  textVersion: string,
): string | undefined =>
  textVersion !== own && lines.some(({ shown }) => shown === undefined)
    ? `dataset ${datasetId} holds tokens of text version ${own} only, and it reads version ${textVersion}`
    : undefined
