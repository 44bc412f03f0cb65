import { evaluationWindow } from '../../../shared/labels'
import type { CardRecord, DatasetRecord, EvaluationLine } from '../../../shared/records'
import { type ShownText, shownText } from '../../../shared/text'

export interface EvaluationWindow {
  items: EvaluationLine[]
  described: CardRecord['window']
}

/**
 * The evaluation window of a dataset, on which all models are compared. An item whose text is also in the training set
 * is left out: a model must not be judged by a text that it has seen.
 */
export function windowOf(
  evaluation: readonly EvaluationLine[],
  size: number,
  isTrainedOn: (text: string) => boolean,
): EvaluationWindow {
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
 * The text of an item. A line of text version 1 has only tokens. Without the second word that stands for a hashtag,
 * they form a text with the same tokens.
 */
export const shownTextOf = ({ shown, text }: Pick<EvaluationLine, 'shown' | 'text'>): ShownText =>
  shownText(shown ?? text.replaceAll(/(?<!\S)(#(\S+)) \2(?!\S)/g, '$1'))

/**
 * Why a model of a text version cannot be asked about these lines: a dataset of version 1 holds only tokens, and only
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
