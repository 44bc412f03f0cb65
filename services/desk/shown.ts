import type { AnswerRefusal, Given } from '../../shared/state/desk-item'

/** What an annotator is shown: the text alone, so that neither author nor date influences the judgement. */
export interface ShownItem {
  batch: string
  item: string
  text: string
}

/** An earlier answer of the annotator, to be looked at again. */
export interface AnsweredItem extends ShownItem {
  given: Given
  revision: number
  note?: string | undefined
}

/** Why an answer is not kept. */
export type RefusalReason = AnswerRefusal | 'invalid' | 'unknown-batch' | 'unknown-item' | 'unknown-label'

/** What became of an answer that was sent. */
export interface Taken {
  batch: string | null
  item: string | null
  result: 'kept' | 'refused'
  reason?: RefusalReason
  message?: string
}

/** What became of each answer, in their order, and how many items the annotator has answered today. */
export interface Receipt {
  answers: Taken[]
  today?: number
}
