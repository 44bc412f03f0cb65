import type { CardRecord, EvaluationLine } from '../../shared/records'

export interface Window {
  items: EvaluationLine[]
  described: CardRecord['window']
}

/**
 * The newest evaluation items, on which all models are compared: by the day of their label, then by their id. An item whose
 * text stands in the training set too is left out, for a model that has seen it is not judged by it.
 */
export function windowOf(
  evaluation: readonly EvaluationLine[],
  size: number,
  isTrainedOn: (text: string) => boolean,
): Window {
  const newest = [...evaluation]
    .sort((a, b) => compare(b.labelled, a.labelled) || compare(a.item, b.item))
    .slice(0, size)
  const items = newest.filter(({ text }) => !isTrainedOn(text))
  return {
    items,
    described: {
      size,
      items: items.length,
      of: evaluation.length,
      from: items.at(-1)?.labelled ?? null,
      to: items[0]?.labelled ?? null,
      leaked: newest.length - items.length,
    },
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
