import type { LabellerTerms, LabellingOptions } from '../../../shared/labellers'
import type { Category } from '../../../shared/settings'
import type { InputLine, StoredPlan } from '../plan'

/** What one annotator said of one item. */
export interface Judgement {
  item: string
  annotator: string
  /** The name of a category, or the reason why the item cannot have one. */
  said: { label: string } | { flag: string }
  /** ISO 8601. */
  at: string
  /** For the owner. */
  note?: string | undefined
}

/** The result of a job that has ended. */
export interface Answers {
  judgements: Judgement[]
  /** Labels that the labeller derived from judgements that it does not publish. */
  consolidated: { item: string; label: string; confidence: number; at: string }[]
  /** Answers that cannot be used, with the item if it is known, and the reason. */
  refused: { item: string | null; reason: string; found: string }[]
  /** Judgements that were given and are paid for, but cannot count. */
  setAside?: number
  /** Billed objects, where the terms have a fee: of the job, and of the second job about disputed items. */
  objects?: { first: number; second: number }
}

export interface LabellingJob {
  plan: StoredPlan
  lines: readonly InputLine[]
  categories: readonly Category[]
}

/** How a labeller's jobs start and finish. Every adapter's answers end in the same settled manifest. */
export interface LabellerAdapter {
  /** LABELLER_REFUSED, with the remedy, when this labeller cannot work in this stack. */
  check(): void
  /** Start the job of a batch. Idempotent: an existing job stays as it is. */
  start(job: LabellingJob): Promise<void>
  /**
   * The answers of a job that has ended; undefined while it runs. With `now` the job is stopped first: items without an
   * answer stay unanswered. Idempotent.
   */
  finish(plan: StoredPlan, now: boolean, at: Date): Promise<Answers | undefined>
}

/** Where labels come from: the declaration of a labeller, and its adapter. */
export interface Labeller extends LabellerAdapter {
  terms: LabellerTerms<LabellingOptions>
}
