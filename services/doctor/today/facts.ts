import { streamLabel, type StreamName } from '../../../shared/streams'
import type { Asked } from '../../../shared/finding'

/** A run that collected a part of a day. */
export interface Run {
  posts: number
  refusedRows: number
  /** The part of the day that it read, from 0 to 1. */
  covered: number
  complete: boolean
  stoppedBy: string | null
  /** When its run.json was put; milliseconds since the epoch, like all instants here. */
  at: number
}

/** The collection of a stream. */
export interface Collection extends StreamName {
  /** `aws`, or `aws on mastodon`. */
  topic: string
  /** Undefined before the first collection. */
  cursor: { through: number; running: boolean; leaseUntil: number } | undefined
  /** Of the day in question. */
  runs: Run[]
}

/** An unsettled batch. */
export interface Open {
  batch: string
  date: string
  claimedAt: number
  started: boolean
  deadline: number
  /** At the desk; undefined for a batch of another labeller. */
  progress: { items: number; complete: number } | undefined
}

/** A settled batch. */
export interface SettledToday {
  batch: string
  date: string
  labelled: number
  judgements: number
  status: string
  reasons: string[]
  at: number
}

/** A training job, and the verdict on its model. */
export interface TrainingToday {
  job: string
  /** Undefined for a job of an older release. */
  engine: string | undefined
  state: 'running' | 'parked' | 'ended'
  startedAt: number | undefined
  /** When its training.json was put. */
  trainedAt: number | undefined
  card: { verdict: 'promoted' | 'rejected'; reasons: string[] } | undefined
}

/** The known facts. Each part is a result, or the reason why AWS did not answer. */
export interface TodayFacts {
  now: number
  /** The UTC day of posts that today's work is about. */
  day: string
  /** When that day's collection and labelling were due; undefined for schedules that are not daily. */
  due: { collect: number | undefined; label: number | undefined }
  collections: Asked<Collection[]>
  /** Items that the plan of the day's batch asks for; undefined without a plan. */
  planned: Asked<number | undefined>
  open: Asked<Open[]>
  /** The settled batches, the newest last. */
  settled: Asked<SettledToday[]>
  /** The dataset that was trained on today, and the newest job of each engine. */
  training: Asked<{ dataset: string; jobs: TrainingToday[] } | undefined>
  /** The days of streams that have a report, as `reportName` names them. */
  reported: Asked<ReadonlySet<string>>
  champion: Asked<{ job: string; promotedAt: number; macroF1: number | null } | undefined>
  /** US dollars of this UTC month. */
  spent: Asked<{ collect: number; label: number; train: number }>
  /** Messages in each dead-letter queue, by function. */
  deadLetters: Asked<Readonly<Record<string, number>>>
}

/** How days with a report are named in `reported`. */
export const reportName = (name: StreamName, date: string): string => `${date} ${streamLabel(name)}`
