import type { Asked, Finding } from '../finding'

/** The options under `labelling` in bellwether.yml that a labeller's price may depend on. */
export interface PricingOptions {
  evaluationShare: number
  evaluationJudgements: number
  trainingJudgements: number
  pricePerJudgementUsd: number
  hourlyWageUsd: number
  secondsPerJudgement: number
}

/** How many judgements an item gets: by its role, or where it only measures annotators. */
export interface JudgementsAsked {
  evaluation: number
  training: number
  measuring: number
}

/** A fee for each object that a labeller bills, in addition to the cost of a judgement. */
export interface ObjectFee<Options> {
  /** The ledger that counts billed objects by month: the fee may fall with their number. */
  ledger: string
  /** The fee for `objects`, after `before` others in the month; US dollars. */
  usd(options: Options, objects: number, before: number): number
  /** How many objects are billed at most for `items`, of which `measuring` only measure annotators. */
  objectsAtMost(options: Options, items: number, measuring: number): number
}

/** What the doctor checks in the account for the labellers. */
export interface LabellerFacts {
  region: string
  /** ARNs of the work teams of this account and region. */
  workteams: Asked<string[]>
  /** How many labelling jobs the account has run in this region. */
  labelingJobs: Asked<number>
  /** Whether Ground Truth classifies text in the region. */
  hasGroundTruth: boolean
}

/**
 * What a labeller declares about itself: the part of the port Labeller that planning, booking, reports and the doctor
 * read. Its adapter under services/labeling/labellers starts and finishes jobs.
 */
export interface LabellerTerms<Options extends PricingOptions = PricingOptions> {
  /** The name that people read, as in "60 posts at Ground Truth". */
  title: string
  /** Who judges: written to `human-annotated` of every label. */
  kind: 'human' | 'machine'
  /** How many items it can take in a UTC day; Infinity without a limit. */
  itemsPerDay(options: Options): number
  judgementsAsked(options: Options): JudgementsAsked
  /** What one judgement costs; US dollars. */
  judgementUsd(options: Options): number
  fee?: ObjectFee<Options>
  /**
   * Whether pages of its own read objects of the bucket in the annotator's browser, so that the bucket needs a CORS
   * rule.
   */
  readsBucketInPages?: boolean
  /** Why its own options cannot work; undefined where they can. */
  objection?(options: Options): string | undefined
  /** What the doctor checks where this labeller is configured. */
  doctor?: { check: string; finding(facts: LabellerFacts, options: Options): Finding }
}
