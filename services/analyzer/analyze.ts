import type { LoadArtefact } from '../../shared/artefact'
import type { Publish } from '../../shared/bus'
import { readChampion } from '../../shared/champion'
import type { Invocation } from '../../shared/door'
import { BellwetherError } from '../../shared/errors'
import { keys } from '../../shared/keys'
import type { LabelStore } from '../../shared/labels'
import type { Memory } from '../../shared/memory'
import { findJson, type Objects } from '../../shared/objects'
import type { Enqueue } from '../../shared/queue'
import { cardRecord, type ChampionRecord, datasetRecord, type ReportRecord, trainingRecord } from '../../shared/records'
import type { ReadOpinions } from '../../shared/second-opinions'
import type { Settings } from '../../shared/settings'
import { takeLease } from '../../shared/state/lease'
import {
  namesOf,
  nameToday,
  type StreamDay,
  streamInWords,
  streamLabel,
  type StreamName,
  streamNameOf,
} from '../../shared/streams'
import { dayAfter } from '../../shared/utc-day'
import { NONE } from '../../shared/sql-tables/tables'
import type { Table } from '../../shared/table'
import { announceReport } from './announce'
import type { Champion } from './facts/classify'
import { openDayBook } from './reports/day-book'
import { daysWith, type StreamDays, WEEK, weekStart } from './days'
import { type Draft, draftOf, openIndex, putDraft } from './reports/draft'
import { evidenceWriter } from './evidence/evidence-writer'
import { reporter } from './reports/reporter'
import { openPlans } from './facts/samples'
import { writePredictions, writeShares } from './facts/tables'

export interface AnalyzePorts {
  objects: Pick<Objects, 'read' | 'exists' | 'stream' | 'list' | 'putStream' | 'swap' | 'etag' | 'put' | 'madeOf'>
  load: LoadArtefact
  publish: Publish
  enqueue: Enqueue
  table: Pick<Table, 'get' | 'getMany' | 'update'>
  /** The current labels. */
  labels: LabelStore
  /** The cache of the warm function. */
  memory: Memory
  settings: Pick<Settings, 'hashtags' | 'sources' | 'labels' | 'labelling' | 'gate'>
  /** Absent where the settings name no second predictor. */
  opinions?: ReadOpinions | undefined
  /** Unique id of this piece of work. */
  owner: () => string
}

/** One piece of work: days whose reports to bring up to date. */
export interface ReportWork extends StreamDays {
  /** Whether their runs may be new: runs without predictions are then classified. New labels classify nothing. */
  classify?: boolean | undefined
}

export type AnalysisOutcome = StreamName &
  ({ state: 'reported'; classified: readonly string[]; reports: ReportRecord[] } | { state: 'waiting'; reason: string })

export type Analysis = StreamDay &
  ({ state: 'reported'; classified: readonly string[]; report: ReportRecord } | { state: 'waiting'; reason: string })

/** With less time left no further run is begun; the rest goes on the queue. */
const LEAST_MS = 60_000
/** Delay before a piece of work checks again whether the stream is free. */
const BUSY_SECONDS = 20

type Time = Pick<Invocation, 'now' | 'remainingMs'>

/** Bring the report of a day up to date, and those of later days that depend on it. NOT_FOUND names a day without a run. */
export const analyze =
  (ports: AnalyzePorts) =>
  async ({ date, ...day }: StreamDay, time: Time): Promise<Analysis> => {
    const name = streamNameOf(day)
    const outcome = await bringUpToDate(ports)({ ...name, days: [date], classify: true }, time)
    if (outcome.state === 'waiting') return { ...name, date, state: 'waiting', reason: outcome.reason }
    const report = outcome.reports.find((one) => one.date === date)
    if (!report)
      throw new BellwetherError(
        'NOT_FOUND',
        `there is no run of ${streamInWords(name)} on ${date}: collect the day first`,
      )
    return { ...name, date, state: 'reported', classified: outcome.classified, report }
  }

/**
 * Bring days of a stream up to date: classify their runs if they may be new, count them, and report them and
 * the six days after each changed one. One invocation works on a stream at a time and reads everything after it took
 * the lease, so no report is replaced by an older one. A piece of work that finds the lease held, or that takes longer
 * than the invocation's time, goes back on the queue.
 */
export const bringUpToDate =
  (ports: AnalyzePorts) =>
  async (work: ReportWork, time: Time): Promise<AnalysisOutcome> => {
    const now = time.now.getTime()
    const name = `analyzer#${streamLabel(nameToday(ports.settings, work))}`
    const lease = await takeLease(ports.table, name, ports.owner(), now, now + time.remainingMs())
    if (!lease.held) return putOff(ports, work, 'another invocation works on this stream', BUSY_SECONDS)
    try {
      return await inTurn(ports, work, time)
    } finally {
      await lease.release()
    }
  }

async function inTurn(ports: AnalyzePorts, work: ReportWork, { remainingMs }: Time): Promise<AnalysisOutcome> {
  const { objects, memory, settings } = ports
  const { days } = work
  const names = namesOf(settings, work)
  const earliest = [...days].sort()[0]
  if (earliest === undefined) return { ...streamNameOf(work), state: 'reported', classified: [], reports: [] }
  // The evidence of the first report is compared with the week before.
  const from = dayAfter(weekStart(earliest), -WEEK)
  const [live, labels, plans] = await Promise.all([
    work.classify ? readChampion(objects) : undefined,
    ports.labels.read(),
    openPlans(objects, memory, from),
  ])
  const categories = settings.labels.categories.map(({ name }) => name)
  const hasTime = () => remainingMs() >= LEAST_MS
  const place = (date: string) => ({ stream: NONE, ...names[0], date })
  const model = work.classify ? (job?: string) => modelOf(ports, live?.champion, job) : undefined
  const book = await openDayBook({ objects, memory, labels: categories, model, plans, hasTime }, names, from)
  const reportOn = reporter({ objects, memory, settings, labels, plans, book, opinions: ports.opinions }, names)

  const settled = new Set(labels.batches.map(({ batch }) => batch))
  const writeEvidence = evidenceWriter(
    { objects, memory, labels: categories, standing: labels, settled, plans, book },
    names,
  )

  // Earliest first: whether a day changes decides about the days after it.
  const due = new Set(days)
  const drafts: Draft[] = []
  for (const date of book.dates) {
    if (!due.has(date)) continue
    const isOfWork = days.includes(date)
    if (isOfWork && !(await book.classify(date))) return putOff(ports, work, 'more runs than time', 0)
    if (isOfWork && work.classify) await writePredictions(objects, place(date), book.predictionsOf(date))
    const draft = await draftOf(objects, await reportOn(date))
    drafts.push(draft)
    if (draft.changesLaterDays) for (const later of daysWith(date)) due.add(later)
  }

  // Newest first, because people look at it. The earliest comes last: until it is written, a retry of interrupted work
  // finds that it changes, and so do the days after it. The index is updated after each report, so it never lists
  // a report that was not written: the reconciler relies on it.
  const putIntoIndex = openIndex(objects, (day) => names.some((name) => streamLabel(name) === streamLabel(day)))
  for (const draft of drafts.toReversed()) {
    // Before the report, so that a retry after a crash in between still finds a report to write. Evidence for which there is
    // no time follows with the day's next report.
    if (hasTime()) await writeEvidence(draft)
    await putDraft(objects, draft)
    // Also for an existing report: the invocation that wrote it may have crashed before writing its table.
    await writeShares(objects, place(draft.report.date), draft.report, categories)
    await announceReport(ports, draft.report)
    await putIntoIndex(draft.report)
  }
  const reports = drafts.map(({ report }) => report)
  return { ...streamNameOf(work), state: 'reported', classified: book.classified, reports }
}

async function putOff(
  { enqueue }: AnalyzePorts,
  work: ReportWork,
  reason: string,
  seconds: number,
): Promise<AnalysisOutcome> {
  await enqueue(work, seconds)
  return { ...streamNameOf(work), state: 'waiting', reason }
}

/** Load the champion; undefined before the first promotion. */
export async function loadChampion(ports: Pick<AnalyzePorts, 'objects' | 'load'>): Promise<Champion | undefined> {
  const live = await readChampion(ports.objects)
  return live && loaded(ports, live.champion)
}

/** The fields of a card that are needed to use its model. */
const askable = cardRecord.pick({ artefact: true, calibration: true }).extend({
  dataset: datasetRecord.pick({ textVersion: true }),
  training: trainingRecord.pick({ prior: true }),
})

/** The model of a job, by its card; without a job the live one. Undefined if it does not exist. */
async function modelOf(
  ports: Pick<AnalyzePorts, 'objects' | 'load'>,
  champion: ChampionRecord | undefined,
  job = champion?.job,
): Promise<Champion | undefined> {
  if (job === undefined || job === champion?.job) return champion && loaded(ports, champion)
  const card = await findJson(ports.objects, keys.card({ job }), askable)
  if (!card) return undefined
  const { artefact, dataset, training, calibration } = card
  const { textVersion } = dataset
  const { model } = await ports.load({
    artefact: artefact.uri,
    sha256: artefact.sha256,
    textVersion,
    prior: training.prior,
  })
  return { job, classifier: model, temperature: calibration?.temperature ?? 1 }
}

const loaded = async ({ load }: Pick<AnalyzePorts, 'load'>, champion: ChampionRecord): Promise<Champion> => {
  const { job, temperature } = champion
  return { job, classifier: (await load(champion)).model, temperature }
}
