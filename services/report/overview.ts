import type {
  CardRecord,
  ChampionRecord,
  DatasetRecord,
  EvidenceRecord,
  ReportIndexRecord,
  ReportRecord,
  ScoresRecord,
} from '../../shared/records'
import type { WaitingBatch } from '../../shared/waiting-batch'

/** Maximum numbers of UTC days, models and batches on a page, so that responses stay small however old the stack is. */
export const SHOWN = { days: 60, models: 30, batches: 30, incomplete: 30, chosenDays: 366 } as const

/** A stream by its current names. */
export interface StreamInBrief {
  hashtag: string
  /** Its network. */
  stream: string
  /** Its display name without #: `aws`, or `aws on mastodon` if the hashtag has several networks. */
  topic: string
}

type IndexedDay = ReportIndexRecord['days'][number]
type IndexedStretch = IndexedDay['day']
type IndexedAnswer = IndexedStretch['byPosts']

/** A day as plots and tables show it. A response has many. */
export interface DayInBrief extends Omit<IndexedDay, 'day' | 'week' | 'labels'> {
  labels: Pick<IndexedDay['labels'], 'errors'>
  day: StretchInBrief
  week: StretchInBrief
}
export interface StretchInBrief extends Omit<IndexedStretch, 'byPosts' | 'byMessages' | 'from' | 'days' | 'messages'> {
  byPosts: Omit<IndexedAnswer, 'tight' | 'judgements' | 'more'>
  byMessages: Omit<IndexedAnswer, 'tight' | 'judgements' | 'more'>
}

/** The response of `GET /report/data`: everything that the report page shows, composed from the bucket. */
export interface ReportOverview {
  /** When it was composed. */
  now: string
  /** Streams of the configuration, in its order; then those that only have reports. */
  streams: (StreamInBrief & { watched: boolean })[]
  categories: { name: string; definition: string }[]
  labelsVersion: number
  /** EventBridge Scheduler's expression, UTC. */
  collects: string
  /** The last days that have a report, by date and stream. */
  days: (DayInBrief & StreamInBrief)[]
  /** The newest report of each stream. */
  latest: (Omit<ReportRecord, 'predictions'> & StreamInBrief)[]
  /** The first and the last day with a report; null if there is none. */
  reported: { first: string; last: string } | null
  /** The day that each stream's last report is compared with: the requested one, or the one seven days before. */
  against: (ReportIndexRecord['days'][number] & StreamInBrief)[]
  /** Why days were collected in part. */
  incomplete: (StreamInBrief & { date: string; words: string })[]
  champion:
    | (Pick<ChampionRecord, 'job' | 'promotedAt' | 'provisional' | 'labelStatus'> & {
        /** It was trained with another version of the text function. */
        readsEarlierText: boolean
      })
    | null
  /** The newest first. */
  models: ModelInBrief[]
  /** The engines side by side, from the newest card. */
  engines: CardRecord['engines']
  /** The champion's scores on labels given after its promotion, from the newest card that has them. */
  live: ScoresInBrief | null
  /** The newest first. */
  batches: BatchInBrief[]
  spending: CapSpending[]
  waiting: WaitingBatch[]
  /** Objects that cannot be read: which, and the problem. */
  unreadable: string[]
}

export type ScoresInBrief = Pick<ScoresRecord, 'items' | 'macroF1' | 'macroF1Interval' | 'accuracy'>

export interface ModelInBrief {
  job: string
  engine: string
  /** UTC day of its card. */
  judged: string
  verdict: 'promoted' | 'rejected'
  provisional: boolean
  reasons: string[]
  /** The job that it was compared with. */
  against: string | null
  labelStatus: DatasetRecord['labelStatus']
  /** Null where it could not be measured. */
  scores: ScoresInBrief | null
  majority: number | null
  trainingLabels: number
  trainingUsd: number | null
}

export interface BatchInBrief {
  batch: string
  items: number
  labelled: number
  judgements: number
  annotators: number
  /** Items without a label, by reason. */
  failed: Record<string, number>
  costUsd: number
  /** Error rate of a judgement as measured up to this batch; null if not measured. */
  wrong: number | null
  status: DatasetRecord['labelStatus']
  reasons: string[]
}

/** Bookings against the caps of a UTC day and of its month. */
export interface CapSpending {
  kind: 'posts' | 'collectUsd' | 'judgements' | 'labelUsd'
  /** The source with these caps; without it they are the configuration's. */
  source?: string
  /** The UTC day: today for reads; for labels the newest day whose posts people were asked about. */
  of: string
  day: number
  month: number
  perDay: number
  perMonth: number
}

/** How much of the posts a visitor may see: nothing, their texts, or their texts with links. */
export type PostAccess = 'none' | 'messages' | 'links'

/** A message as the report page shows it. */
export interface MessageInBrief {
  text: string
  language: string
  posts: number
  predicted: boolean
  link?: string
}

/** The response of `GET /report/evidence`. */
export type EvidenceInBrief = Pick<
  EvidenceRecord,
  'hashtag' | 'stream' | 'date' | 'from' | 'posts' | 'postsBefore' | 'part'
> & {
  counted: EvidenceRecord['messages']
  shows: PostAccess
  labels: (Pick<EvidenceRecord['labels'][number], 'label' | 'words'> & {
    messages: MessageInBrief[]
    moves: (MessageInBrief & { before: number; change: number })[]
  })[]
}
