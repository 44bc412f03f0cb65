import type { AnswerRefusal, Given } from '../../shared/state/desk-item'

/** An item as annotators see it: only the text, so that neither author nor date influences the judgement. */
export interface ShownItem {
  batch: string
  item: string
  text: string
}

/** An earlier answer of the annotator, for review. */
export interface AnsweredItem extends ShownItem {
  given: Given
  revision: number
  note?: string | undefined
}

/** Why an answer is refused. */
export type RefusalReason = AnswerRefusal | 'invalid' | 'unknown-batch' | 'unknown-item' | 'unknown-label'

/** The result of a sent answer. */
export interface Taken {
  batch: string | null
  item: string | null
  result: 'kept' | 'refused'
  reason?: RefusalReason
  message?: string
}

/** The result of each answer, in order, and how many items the annotator has answered today. */
export interface Receipt {
  answers: Taken[]
  today?: number
}
