/** A batch that people are still asked about. */
export interface WaitingBatch {
  batch: string
  deadline: string
  /** Null where another labeller counts them. */
  items: number | null
  answered: number | null
}
