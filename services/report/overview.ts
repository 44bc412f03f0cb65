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

/** How many UTC days, models and batches a page shows at most: what it is sent stays small however old the stack is. */
export const SHOWN = { days: 60, models: 30, batches: 30, incomplete: 30, chosenDays: 366 } as const

/** A stream by its names of today. */
export interface StreamInBrief {
  hashtag: string
  /** Its network. */
  stream: string
  /** What tells it apart, without #: `aws`, or `aws on mastodon` where the hashtag has several networks. */
  topic: string
}

type IndexedDay = ReportIndexRecord['days'][number]
type IndexedStretch = IndexedDay['day']
type IndexedAnswer = IndexedStretch['byPosts']

/** A day as plots and tables show it. A page is sent many. */
export interface DayInBrief extends Omit<IndexedDay, 'day' | 'week' | 'labels'> {
  labels: Pick<IndexedDay['labels'], 'errors'>
  day: StretchInBrief
  week: StretchInBrief
}
export interface StretchInBrief extends Omit<IndexedStretch, 'byPosts' | 'byMessages' | 'from' | 'days' | 'messages'> {
  byPosts: Omit<IndexedAnswer, 'tight' | 'judgements' | 'more'>
  byMessages: Omit<IndexedAnswer, 'tight' | 'judgements' | 'more'>
}

/** What `GET /report/data` answers: all that the report page shows, put together from what stands in the bucket. */
export interface ReportOverview {
  /** When it was put together. */
  now: string
  /** Of the configuration, in its order; then those that only have reports. */
  streams: (StreamInBrief & { watched: boolean })[]
  categories: { name: string; definition: string }[]
  labelsVersion: number
  /** EventBridge Scheduler's expression, UTC. */
  collects: string
  /** The last days that have a report, by date and stream. */
  days: (DayInBrief & StreamInBrief)[]
  /** The newest report of each stream. */
  latest: (Omit<ReportRecord, 'predictions'> & StreamInBrief)[]
  /** The first and the last day of all that have a report; null where none has one. */
  reported: { first: string; last: string } | null
  /** What the last report of each stream is held against: the day that was asked for, or the one seven days before. */
  against: (ReportIndexRecord['days'][number] & StreamInBrief)[]
  /** Why days were collected in part. */
  incomplete: (StreamInBrief & { date: string; words: string })[]
  champion:
    | (Pick<ChampionRecord, 'job' | 'promotedAt' | 'provisional' | 'labelStatus'> & {
        /** It was trained by a release that read texts otherwise than this one. */
        readsEarlierText: boolean
      })
    | null
  /** The newest first. */
  models: ModelInBrief[]
  /** The engines side by side; from the newest card. */
  engines: CardRecord['engines']
  /** The champion on labels that were given after its promotion; from the newest card that has it. */
  live: ScoresInBrief | null
  /** The newest first. */
  batches: BatchInBrief[]
  spending: CapSpending[]
  waiting: WaitingBatch[]
  /** Objects that are not as they should be: which, and what is wrong with them. */
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
  /** The job that it was held against. */
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
  /** How often a judgement is wrong, as measured up to this batch; null where nothing measured it. */
  wrong: number | null
  status: DatasetRecord['labelStatus']
  reasons: string[]
}

/** What is booked against the caps of a UTC day and of its month. */
export interface CapSpending {
  kind: 'posts' | 'collectUsd' | 'judgements' | 'labelUsd'
  /** The source whose own caps these are; without it they are those of the configuration. */
  source?: string
  /** The UTC day: today for what is read, and for labels the newest day whose posts people were asked about. */
  of: string
  day: number
  month: number
  perDay: number
  perMonth: number
}

/** How much of the posts somebody may see: none of them, their texts, or their texts with links. */
export type PostAccess = 'none' | 'messages' | 'links'

/** A message as the report page shows it. */
export interface MessageInBrief {
  text: string
  language: string
  posts: number
  predicted: boolean
  link?: string
}

/** What `GET /report/evidence` answers. */
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
