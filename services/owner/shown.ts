import type { QualityRecord, SettledLine } from '../../shared/records'
import type { BalancedAccuracy } from '../../shared/statistics/balanced-accuracy'

/** The responses of the owner's API, shared with its page: types only, without anything that a browser lacks. */

/** `GET /desk/owner/overview`: batches with their progress, agreement, contributions of annotators, costs. */
export interface OwnerOverview {
  version: number
  categories: CategoryInBrief[]
  /** Over all batches of these categories so far; null before the first is settled. */
  agreement: AgreementInBrief | null
  open: OpenBatchInBrief[]
  /** The latest batches, newest first. */
  settled: SettledBatchInBrief[]
  /** Total numbers of settled batches, imported files and corrected labels. */
  counts: { settled: number; imports: number; corrections: number; labels: number; disputes: number; flags: number }
  annotators: Annotator[]
  people: { name: string; role: 'annotator' | 'owner' | 'reader'; until: string }[]
  spending: LabellingSpending[]
}

export interface CategoryInBrief {
  name: string
  definition: string
}

export type AgreementInBrief = Pick<QualityRecord, 'batch' | 'status' | 'reasons' | 'alpha' | 'selfAgreement'>
export type QualityAlpha = QualityRecord['alpha']

/** A batch that waits for answers. */
export interface OpenBatchInBrief {
  batch: string
  deadline: string
  /** The labeller's name in bellwether.yml, and as people read it. */
  labeller: string
  labellerTitle: string
  items: number
  /** Items that have every judgement; null if the labeller does not report it. */
  complete: number | null
  judgements: number
  costUsd: number
}

export interface SettledBatchInBrief {
  batch: string
  items: number
  labelled: number
  judgements: number
  costUsd: number
}

/** A person who gave answers or is invited. */
export interface Annotator extends Pick<AnnotatorQuality, 'gold' | 'repeats'> {
  name: string
  /** Balanced accuracy over the items that others judged too; null without such items. */
  reliability: BalancedAccuracy | null
  /** In settled batches of these categories. */
  judgements: number
  /** Answers in open batches. */
  open: number
  invitedUntil: string | null
}
export type AnnotatorQuality = QualityRecord['annotators'][string]

/** Bookings against the caps of a UTC day, `2026-11-22`, and of its month, `2026-11`. */
export interface LabellingSpending {
  what: 'judgements' | 'labelUsd'
  day: Period
  month: Period
}

export interface Period {
  of: string
  spent: number
  cap: number
}

/** A label as the owner sees it. */
export interface ShownLabel {
  item: string
  text: string
  /** Null if the owner decided that no category fits. */
  label: string | null
  role: SettledLine['role']
  batch: string
  /** When it was given, in UTC. */
  at: string
  confidence: number
  adjudicated: boolean
  judgements: Said[]
}

/** One person's judgement of a post: a category, or why none fits. */
export interface Said {
  annotator: string
  label: string | null
  flag: string | null
  /** The annotator's note to the owner. */
  note: string | null
}

/** A post that the annotators could not agree on. */
export interface Dispute {
  item: string
  text: string
  role: SettledLine['role']
  batch: string
  date: string
  /** The label that counts until the owner decides; null without one. */
  label: string | null
  judgements: Said[]
}

/** A flagged post, which therefore has no label. `flag` is the majority's. */
export interface Flagged extends Omit<Dispute, 'label'> {
  post: string
  flag: string
}

/** Everything that used a label: models trained or evaluated with it, and reports that counted it or used such a model. */
export interface Touched {
  models: { job: string; verdict: string; live: boolean }[]
  reports: { hashtag: string; stream?: string; date: string; through: 'label' | 'model' }[]
}

/** `POST /desk/owner/labels`: the result of a decision, and what had used the previous label. */
export interface Decided {
  outcome: 'corrected' | 'unchanged'
  batch: string
  touched: Touched
}

/** `POST /desk/owner/revoke`: whose link has ended. */
export interface Ended {
  revoked: string
  wasInvited: boolean
  /** Batches that are settled now, because no remaining annotator can answer more of them. */
  closing: string[]
}
