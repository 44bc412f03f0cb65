import { streamLabel, streamNameOf, type StreamName, streamInWords } from '../../shared/streams'
import { dayOf, midnightOf } from '../../shared/utc-day'
import { lastDue } from '../../shared/schedule'

/** The functions that can be invoked. */
export type Service = 'collector' | 'labeling' | 'formatter' | 'trainer' | 'evaluator' | 'analyzer' | 'privacy'

/** Work that seems to have lost its event, and the request that starts it again. */
export interface LostWork {
  to: Service
  request: object
  why: string
  /**
   * The same for the same loss: it is retried a few times and then left to a person. Null where the request is only a
   * check, because nothing need be lost.
   */
  key: string | null
  /** It may be fine as it is, which only the invoked function can tell: invoked once, and then taken as done. */
  once?: true
}

/** When an object was put; milliseconds since the epoch, like all instants here. */
interface Put {
  modified: number
}

/** What exists: runs and predictions of the last weeks, everything else in full. */
export interface State {
  settings: { collect: string; spot: boolean; hasRetention?: boolean }
  runs: (Put & StreamName & { date: string; key: string; predictionsKey: string })[]
  /** Keys of the runs that labelling knows. */
  logged: ReadonlySet<string>
  predictions: ReadonlySet<string>
  champion: { promotedAt: number } | undefined
  /** Days that have a report, as `<label of the stream> <date>`. */
  reported: ReadonlySet<string>
  batches: { batch: string; claimedAt: number; deadline: number; started: boolean }[]
  manifests: (Put & { batch: string })[]
  /** Those of the last weeks that reports do not include. */
  unreported: (Put & { batch: string })[]
  datasets: (Put & { dataset: string })[]
  /** Jobs that the trainer noted: running, waiting for a quota, or ended. */
  jobs: {
    job: string
    state: string
    startedAt: number | undefined
    /** When it was first requested; unknown for jobs of older releases. */
    since: number | undefined
    datasetId: string | undefined
    attempt: number
    entrant?: string | undefined
    /** False for a schedule that runs on demand. */
    spot: boolean
  }[]
  /** The dataset that was trained on today. */
  today: string | undefined
  trained: (Put & { job: string })[]
  cards: ReadonlySet<string>
  /** Jobs whose model is in the registry, as far as the registry can be used. */
  registered: ReadonlySet<string>
  /** Unfinished deletions. */
  deletions: readonly string[]
  /** A lease's `until` is when its holder had to be done, even if it released the lease before. */
  cursors: (StreamName & { through: number; running: boolean; leaseUntil: number })[]
}

type Rule = (state: State, now: number) => LostWork[]

/** Younger work may still be in progress: this covers retries and the time limit of a function. */
export const GRACE_MS = 30 * 60_000
const HOUR_MS = 3_600_000
/** From this hour (UTC) on, the day is expected to have its training job. */
const EVENING = 22
/** Missing reports are requested as far back as a report reaches. */
const REPORTED_DAYS = 7

/** Everything that seems lost, in the order of the flow. Pure. Where nothing was lost: empty, or only checks. */
export const findings = (state: State, now: Date): LostWork[] => RULES.flatMap((rule) => rule(state, now.getTime()))

const isOld = (at: number, now: number): boolean => at <= now - GRACE_MS

const stoppedCollections: Rule = ({ cursors }, now) =>
  cursors
    .filter(({ running, leaseUntil }) => running && isOld(leaseUntil, now))
    .map((cursor) => ({
      to: 'collector',
      request: streamNameOf(cursor),
      why: `a run of ${streamInWords(cursor)} was left half-way`,
      key: `collect ${streamLabel(cursor)} ${cursor.through} ${midnightOf(now)}`,
    }))

const missedSchedules: Rule = ({ cursors, settings }, now) => {
  const due = lastDue(settings.collect, now - GRACE_MS)
  if (due === undefined) return []
  return cursors
    .filter(({ running, through }) => !running && through < midnightOf(due))
    .map((cursor) => ({
      to: 'collector',
      request: streamNameOf(cursor),
      why: `${streamInWords(cursor)} is collected up to ${dayOf(cursor.through)} only`,
      key: `collect ${streamLabel(cursor)} ${cursor.through} ${midnightOf(now)}`,
    }))
}

const unlabelledRuns: Rule = ({ runs, logged }, now) =>
  runs
    .filter(({ key, modified }) => !logged.has(key) && isOld(modified, now))
    .map(({ key }) => ({
      to: 'labeling',
      request: { run: key },
      why: `labelling has no log entry of ${key}`,
      key: `label ${key}`,
    }))

const unstartedBatches: Rule = ({ batches }, now) =>
  batches
    .filter(({ started, claimedAt, deadline }) => !started && isOld(claimedAt, now) && deadline > now)
    .map(({ batch }) => ({
      to: 'labeling',
      request: { start: 'scheduled' },
      why: `batch ${batch} was claimed and never started`,
      key: `start ${batch}`,
    }))

/** A batch that was never started is settled too when its time is over: its items may then be asked about again. */
const unsettledBatches: Rule = ({ batches }, now) =>
  batches
    .filter(({ started, claimedAt, deadline }) => deadline <= now || (started && isOld(claimedAt, now)))
    .map(({ batch, deadline }) => ({
      to: 'labeling',
      request: { settle: batch },
      why: deadline <= now ? `the deadline of batch ${batch} has passed` : `batch ${batch} may be answered`,
      key: deadline <= now ? `settle ${batch}` : null,
    }))

const unformattedLabels: Rule = ({ manifests, datasets }, now) => {
  const manifest = newest(manifests)
  const dataset = newest(datasets)
  if (!manifest || !isOld(manifest.modified, now) || (dataset && dataset.modified >= manifest.modified)) return []
  const why = `no dataset is newer than the labels of ${manifest.batch}`
  // A batch without a label makes no other dataset.
  return [{ to: 'formatter', request: {}, why, key: `format ${manifest.batch}`, once: true }]
}

const untrainedDataset: Rule = ({ datasets, jobs, trained, today }, now) => {
  const dataset = newest(datasets)
  if (!dataset || !isOld(dataset.modified, now) || today !== undefined) return []
  const isOf = ({ job }: { job: string }) => job.includes(`-${dataset.dataset}-`)
  if (jobs.some(isOf) || trained.some(isOf)) return []
  const why = `dataset ${dataset.dataset} has no training job`
  // The trainer may have its reasons, such as annotators who disagree. It also decides which of several datasets of one
  // second is the latest.
  return [{ to: 'trainer', request: { datasetId: 'latest' }, why, key: `train ${dataset.dataset}`, once: true }]
}

const unfinishedJobs: Rule = ({ jobs }, now) =>
  jobs
    .filter(({ state, startedAt }) => state === 'running' && isOld(startedAt ?? 0, now))
    .map(({ job }) => ({ to: 'trainer', request: { finish: job }, why: `${job} may have ended`, key: null }))

/** A waiting request is tried every quarter of an hour, and each attempt is noted. */
const lostParkedRequests: Rule = ({ jobs, settings }, now) =>
  jobs.flatMap(({ job, state, startedAt, since: first, datasetId, attempt, spot, entrant }): LostWork[] => {
    if (state !== 'parked' || startedAt === undefined || datasetId === undefined || startedAt > now - HOUR_MS) return []
    const since = new Date(first ?? startedAt).toISOString()
    const tried = new Date(startedAt).toISOString()
    return [
      {
        to: 'trainer',
        request: {
          datasetId,
          parked: { attempt, spot: spot && settings.spot, since, ...(entrant === undefined ? {} : { entrant }) },
        },
        why: `the request for ${job} has been waiting since ${since} and was last tried at ${tried}`,
        key: `parked ${job} ${tried}`,
      },
    ]
  })

/**
 * Every day ends in a training job or in RetrainSkipped: the trainer says which. Days before the first run do not
 * count.
 */
const endOfDay: Rule = ({ today, cursors }, now) =>
  today === undefined && cursors.length > 0 && new Date(now).getUTCHours() >= EVENING
    ? [{ to: 'trainer', request: { datasetId: 'latest' }, why: `no training job on ${dayOf(now)}`, key: null }]
    : []

const unjudgedModels: Rule = ({ trained, cards }, now) =>
  trained
    .filter(({ job, modified }) => !cards.has(job) && isOld(modified, now))
    .map(({ job }) => ({ to: 'evaluator', request: { job }, why: `${job} has no card`, key: `evaluate ${job}` }))

/** Its verdict was written, but the invocation ended before it updated the registry. */
const unregisteredModels: Rule = ({ trained, cards, registered }, now) =>
  trained
    .filter(({ job, modified }) => cards.has(job) && !registered.has(job) && isOld(modified, now))
    .map(({ job }) => ({
      to: 'evaluator',
      request: { job },
      why: `the registry does not know of ${job}`,
      key: `register ${job}`,
      // A registry that refuses, as in an account without access, refuses again.
      once: true,
    }))

/** Days without a report, and runs that came while a model was live but that it has not classified. */
const missingReports: Rule = ({ runs, predictions, champion, reported }, now) => {
  const latest = runs.reduce((last, { date }) => (date > last ? date : last), '')
  const missing = new Map<string, LostWork>()
  for (const { date, predictionsKey, modified, ...name } of runs) {
    const day = `${streamLabel(name)} ${date}`
    const isClassified = !champion || modified < champion.promotedAt || predictions.has(predictionsKey)
    const isDone = reported.has(day) && isClassified
    if (isDone || !isOld(modified, now) || Date.parse(latest) - Date.parse(date) >= REPORTED_DAYS * 24 * HOUR_MS)
      continue
    missing.set(day, {
      to: 'analyzer',
      request: { ...streamNameOf(name), date },
      why: `${streamInWords(name)} on ${date} has ${reported.has(day) ? 'a run without predictions' : 'no report'}`,
      key: `report ${day} ${modified}`,
    })
  }
  return [...missing.values()]
}

/** Labels of the last two weeks that no report includes. */
const unreportedLabels: Rule = ({ unreported }, now) =>
  unreported
    .filter(({ modified }) => isOld(modified, now))
    .map(({ batch }) => ({
      to: 'analyzer',
      request: { labels: batch },
      why: `no report includes the labels of ${batch}`,
      key: `report labels ${batch}`,
    }))

/** A stopped deletion is resumed, and a finished removal is checked once more. */
const openDeletions: Rule = ({ deletions }) =>
  deletions.length > 0
    ? [
        {
          to: 'privacy',
          request: {},
          why: `${deletions.length} deletion${deletions.length === 1 ? '' : 's'} may go on`,
          key: null,
        },
      ]
    : []

/**
 * Once a day. Its request has no dead letters, because those of a deletion would name posts: the next day tries again.
 */
const oldTexts: Rule = ({ settings }, now) =>
  settings.hasRetention && new Date(now).getUTCHours() === TEXTS_HOUR
    ? [{ to: 'privacy', request: { expire: true }, why: 'texts may be older than retention.days', key: null }]
    : []
const TEXTS_HOUR = 2

const RULES: readonly Rule[] = [
  openDeletions,
  oldTexts,
  stoppedCollections,
  missedSchedules,
  unlabelledRuns,
  unstartedBatches,
  unsettledBatches,
  unformattedLabels,
  untrainedDataset,
  unfinishedJobs,
  lostParkedRequests,
  endOfDay,
  unjudgedModels,
  unregisteredModels,
  missingReports,
  unreportedLabels,
]

const newest = <P extends Put>(puts: readonly P[]): P | undefined =>
  puts.reduce<P | undefined>((last, put) => (last && last.modified >= put.modified ? last : put), undefined)
