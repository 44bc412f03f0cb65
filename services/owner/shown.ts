import type { QualityRecord, SettledLine } from '../../shared/records'
import type { BalancedAccuracy } from '../../shared/statistics/balanced-accuracy'

/** What the owner's API answers, for its page too: types alone, of nothing that a browser has not. */

/** `GET /desk/owner/overview`: batches and how far they are, how far people agree, who gave what, what it cost. */
export interface OwnerOverview {
  version: number
  categories: CategoryInBrief[]
  /** Over all batches of these categories so far; null before the first is settled. */
  agreement: AgreementInBrief | null
  open: OpenBatchInBrief[]
  /** The latest, the newest first. */
  settled: SettledBatchInBrief[]
  /** How many batches were settled in all, how many files were taken, and how many labels corrected. */
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
  /** Items that have every judgement; null where the labeller does not tell. */
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

/** Somebody who gave answers, or is invited to. */
export interface Annotator extends Pick<AnnotatorQuality, 'gold' | 'repeats'> {
  name: string
  /** How often a label is recognised, over the items that others judged too; null where nobody did. */
  reliability: BalancedAccuracy | null
  /** In settled batches of these categories. */
  judgements: number
  /** Answers in open batches. */
  open: number
  invitedUntil: string | null
}
export type AnnotatorQuality = QualityRecord['annotators'][string]

/** Against the caps of a UTC day, `2026-11-22`, and of its month, `2026-11`. */
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
  /** Null where the owner decided that none fits. */
  label: string | null
  role: SettledLine['role']
  batch: string
  /** When it was given, in UTC. */
  at: string
  confidence: number
  adjudicated: boolean
  judgements: Said[]
}

/** What one person said of a post: a category, or why it can have none. */
export interface Said {
  annotator: string
  label: string | null
  flag: string | null
  /** What they wrote to the owner. */
  note: string | null
}

/** A post that the annotators could not agree on. */
export interface Dispute {
  item: string
  text: string
  role: SettledLine['role']
  batch: string
  date: string
  /** The label that counts until somebody decides; null where there is none. */
  label: string | null
  judgements: Said[]
}

/** A post that annotators flagged, so that it has no label. `flag` is what most of them said. */
export interface Flagged extends Omit<Dispute, 'label'> {
  post: string
  flag: string
}

/** What rests on a label: models that were trained or judged with it, and reports that counted it or used such a model. */
export interface Touched {
  models: { job: string; verdict: string; live: boolean }[]
  reports: { hashtag: string; stream?: string; date: string; through: 'label' | 'model' }[]
}

/** `POST /desk/owner/labels`: what became of a decision, and what the label before it had touched. */
export interface Decided {
  outcome: 'corrected' | 'unchanged'
  batch: string
  touched: Touched
}

/** `POST /desk/owner/revoke`: whose link has ended. */
export interface Ended {
  revoked: string
  wasInvited: boolean
  /** Batches that are settled now, since nobody who is left can answer more of them. */
  closing: string[]
}
