import { evaluationWindow } from '../../shared/labels'
import type { CardRecord, EvaluationLine } from '../../shared/records'

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
