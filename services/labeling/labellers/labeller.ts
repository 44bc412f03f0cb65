import type { Category } from '../../../shared/settings'
import type { InputLine, StoredPlan } from '../plan'

/** What one person said of one item. */
export interface Judgement {
  item: string
  annotator: string
  /** The name of a category; or why the item cannot have one. */
  said: { label: string } | { flag: string }
  /** ISO 8601. */
  at: string
}

/** What came of a job when nothing more can come. */
export interface Answers {
  judgements: Judgement[]
  /** Labels that the labeller itself made of the judgements, where it does not tell those. */
  consolidated: { item: string; label: string; confidence: number; at: string }[]
  /** Answers that cannot be used: of an item where it is known, and why. */
  refused: { item: string | null; reason: string; found: string }[]
  /** Judgements that were given and are paid for, and cannot count. */
  setAside?: number
  /** Objects that Ground Truth bills, of the job and of the one that asked about disputed items once more. */
  objects?: { first: number; second: number }
}

export interface Job {
  plan: StoredPlan
  lines: readonly InputLine[]
  categories: readonly Category[]
}

/** Where labels come from. Both adapters end in the same settled manifest. */
export interface Labeller {
  /** LABELLER_REFUSED, with what to use instead, when this labeller cannot work here at all. */
  check(): void
  /** Ask for the labels of a batch; where the job is there already, nothing. */
  start(job: Job): Promise<void>
  /**
   * The answers once nothing more can come, or nothing while people are at work. `now` ends the job: what is not
   * answered then stays unanswered.
   */
  finish(plan: StoredPlan, now: boolean, at: Date): Promise<Answers | undefined>
}
