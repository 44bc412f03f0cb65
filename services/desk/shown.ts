import type { Given } from '../../shared/state/desk-item'

/** What an annotator is shown: the text alone, so that neither author nor date influences the judgement. */
export interface Shown {
  batch: string
  item: string
  text: string
}

/** An earlier answer of the annotator, to be looked at again. */
export interface Answered extends Shown {
  given: Given
  revision: number
  note?: string | undefined
}
