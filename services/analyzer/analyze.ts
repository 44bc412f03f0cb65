import { estimateDisagrees, notEnoughLabels, shareReported } from '../../events'
import { answersOf, scoresIn } from '../../shared/answers'
import type { LoadArtefact } from '../../shared/artefact'
import type { Publish } from '../../shared/bus'
import { readChampion } from '../../shared/champion'
import { takeLease } from '../../shared/state/lease'
import type { Invocation } from '../../shared/door'
import { BellwetherError } from '../../shared/errors'
import { boostEvaluation } from '../../shared/state/evaluation-boost'
import { keys } from '../../shared/keys'
import {
  evaluationLabels,
  evaluationWindow,
  type LabelStore,
  latestQuality,
  type StandingLabel,
} from '../../shared/labels'
import { type Objects, parseJson } from '../../shared/objects'
import type { Enqueue } from '../../shared/queue'
import { type ReportRecord, reportIndexRecord, reportRecord, type RunRecord } from '../../shared/records'
import type { Settings } from '../../shared/settings'
import type { Table } from '../../shared/table'
import { plainText } from '../../shared/text'
import { classify, isClassified, type LiveModel } from './classify'
import { collectionOf } from './collection'
import { type Day, daysWith, hasRun, runsOf, weekTo } from './days'
import { factsOf } from './facts'
import { unlearnt } from './learnt'
import { headlineOf, indexBytes, reportBytes, reportOf, withReport } from './report'
import { drawsOf, plansFor } from './samples'
import { type DayFacts, disagreementIn, type Evidence } from './shares'
import { textVersions } from './text-version'

export interface Ports {
  objects: Pick<Objects, 'read' | 'readJson' | 'exists' | 'stream' | 'lines' | 'list' | 'put' | 'putStream' | 'swap'>
  load: LoadArtefact
  publish: Publish
  enqueue: Enqueue
  table: Pick<Table, 'get' | 'update'>
  /** The labels that stand. */
  labels: LabelStore
  settings: Pick<Settings, 'labels' | 'gate'>
  /** A name for this piece of work that no other has. */
  owner: () => string
}

/** A day to be brought up to date. */
export interface Wanted extends Day {
  /** Where it waited in the queue: when it was wanted first, an instant. */
  since?: string | undefined
}

export type Analysis = Day &
  (
    | { state: 'reported'; model: string | null; classified: string[]; report: ReportRecord }
    | { state: 'waiting' | 'current'; reason: string }
  )

/** Too little time to begin another run; what is left goes on the queue. */
const LEAST_MS = 60_000
const BUSY_SECONDS = 20
/** The clocks of two machines may be so far apart. */
const CLOCKS_MS = 5000
const ATTEMPTS = 50

/**
 * Bring the report of a day up to date: every run of it classified by the champion, the shares of the day and of the
 * last seven estimated, the report written and published. One works on a day at a time and reads the champion after its
 * turn has begun, so no older model's answers come after a newer one's. Who finds the day taken puts it back on the queue
 * with the instant it was wanted first: once somebody has begun after that and finished, nothing is left of it to do, so
 * messages that come twice do not put each other back for ever.
 */
export const analyze =
  (ports: Ports) =>
  async ({ hashtag, date, since }: Wanted, invocation: Pick<Invocation, 'now' | 'remainingMs'>): Promise<Analysis> => {
    const day = { hashtag, date }
    const now = invocation.now.getTime()
    const lease = await takeLease(
      ports.table,
      `analyzer#${hashtag}#${date}`,
      ports.owner(),
      now,
      now + invocation.remainingMs(),
    )
    const isDone = since !== undefined && (lease.finished ?? 0) > Date.parse(since) + CLOCKS_MS
    if (isDone) {
      if (lease.held) await lease.release()
      return { ...day, state: 'current', reason: 'the day was brought up to date since' }
    }
    if (!lease.held) {
      const first = since ?? invocation.now.toISOString()
      return putOff(ports, { ...day, since: first }, 'another invocation works on this day', BUSY_SECONDS)
    }
    let outcome: 'finished' | undefined
    try {
      const analysis = await bringUpToDate(ports, day, invocation)
      if (analysis.state === 'reported') outcome = 'finished'
      return analysis
    } finally {
      await lease.release(outcome)
    }
  }

/** Load the champion, or nothing before the first promotion. */
export async function liveModel({ objects, load }: Pick<Ports, 'objects' | 'load'>): Promise<LiveModel | undefined> {
  const live = await readChampion(objects)
  if (!live) return undefined
  const { job, artefact, sha256, textVersion, temperature, schemaVersion } = live.champion
  return { job, classifier: (await load(artefact, sha256)).model, textVersion, temperature, schemaVersion }
}

async function bringUpToDate(
  ports: Ports,
  day: Day,
  { remainingMs }: Pick<Invocation, 'remainingMs'>,
): Promise<Analysis> {
  const { objects } = ports
  const model = await liveModel(ports)
  const runs = await runsOf(objects, day)
  if (runs.length === 0) throw new BellwetherError('NOT_FOUND', `there is no run of #${day.hashtag} on ${day.date}`)
  const classified: string[] = []
  for (const run of model ? runs : []) {
    if (!model || (await isClassified(objects, run, model.job))) continue
    if (classified.length > 0 && remainingMs() < LEAST_MS) return putOff(ports, day, 'more runs than time', 0)
    await classify(objects, run, model)
    classified.push(run.run)
  }

  const report = await estimate(ports, day, runs, model)
  await store(ports, day, report)
  await announce(ports, report)
  return { ...day, state: 'reported' as const, model: report.model, classified, report }
}

async function putOff({ enqueue }: Ports, wanted: Wanted, reason: string, seconds: number): Promise<Analysis> {
  await enqueue(wanted, seconds)
  return { hashtag: wanted.hashtag, date: wanted.date, state: 'waiting', reason }
}

/** The report of a day by what is in the bucket now. */
async function estimate(
  { objects, settings, labels: store }: Ports,
  day: Day,
  runs: readonly RunRecord[],
  live: LiveModel | undefined,
): Promise<ReportRecord> {
  const labels = settings.labels.categories.map(({ name }) => name)
  const { version } = settings.labels
  const standing = await store.read()
  const given = upTo(day.date, standing.labels)
  const model = live?.schemaVersion === settings.labels.version ? live : undefined
  const dates = weekTo(day.date)
  const plans = await plansFor(objects, dates[0]!, day.date)

  const window = model
    ? scored(model, labels, evaluationWindow(evaluationLabels(given, day.date), settings.gate.window))
    : { none: live ? 'The live model answers by another version of the labels.' : 'No model is live yet.' }
  const sources = {
    objects,
    labels,
    given,
    model,
    textVersionOf: textVersions(objects),
    unlearnt: unlearnt(labels, given, plans, 'none' in window ? [] : window),
  }

  const facts: DayFacts[] = []
  for (const date of dates) {
    const own = date === day.date ? runs : await runsOf(objects, { hashtag: day.hashtag, date })
    if (own.length === 0) continue
    const found = await factsOf(sources, date, own, drawsOf(plans, { ...day, date }))
    if (found) facts.push(found)
  }
  const evidence: Evidence = { hashtag: day.hashtag, labels, window }
  const quality = latestQuality(standing, version, day.date)
  return reportOf(day, live, { version, given, quality }, collectionOf(runs), facts, evidence, runs)
}

/**
 * Without the labels for training of posts after a day: they are no reason to report it again. Those of a sample stay, for
 * the day whose sample it is.
 */
const upTo = (date: string, given: ReadonlyMap<string, StandingLabel>): Map<string, StandingLabel> =>
  new Map([...given].filter(([, label]) => label.role !== 'training' || label.date <= date))

function scored(model: LiveModel, labels: readonly string[], window: readonly StandingLabel[]) {
  const answers = answersOf(
    model,
    window.map(({ text }) => plainText(text)),
  )
  return window.map(({ item, label }, i) => ({
    item,
    label: labels.indexOf(label),
    scores: scoresIn(labels, answers[i]!.probabilities),
  }))
}

/**
 * The versions of a report are its history: the same report again is none. A day that changed changes the seven days of
 * those that follow, which are asked for first: a stop after the put would forget them.
 */
async function store({ objects, enqueue }: Ports, { hashtag, date }: Day, report: ReportRecord): Promise<void> {
  const key = keys.report({ hashtag, date })
  const before = await objects.read(key)
  const body = reportBytes(report)
  if (before?.body.toString('utf8') !== body) {
    if (!before || !isSameDay(before.body.toString('utf8'), report)) {
      for (const later of daysWith(date)) {
        if (await hasRun(objects, { hashtag, date: later })) await enqueue({ hashtag, date: later })
      }
    }
    await objects.put(key, body)
  }
  await putIntoIndex(objects, report)
}

/** Is what a report says of its own day as before? What cannot be read is not. */
function isSameDay(before: string, report: ReportRecord): boolean {
  const read = reportRecord.safeParse(parsed(before))
  const own = ({ model, labels, day }: ReportRecord) => JSON.stringify({ model, labels, day })
  return read.success && own(read.data) === own(report)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function putIntoIndex(objects: Pick<Objects, 'read' | 'swap'>, report: ReportRecord): Promise<void> {
  const key = keys.reportIndex({})
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const stored = await objects.read(key)
    const before = stored?.body.toString('utf8')
    const after = indexBytes(withReport(before ? parseJson(before, reportIndexRecord, key) : { days: [] }, report))
    if (after === before || (await objects.swap(key, after, stored?.etag))) return
  }
  throw new BellwetherError('CONFLICT', `${key} was changed by others ${ATTEMPTS} times`)
}

/** Say what the report says. Where model and labels disagree, more evaluation labels are wished for. */
async function announce({ publish, table }: Ports, report: ReportRecord): Promise<void> {
  const { hashtag, date, model, day } = report
  const of = { hashtag, date, reportKey: keys.report({ hashtag, date }), model }
  await publish(shareReported, headlineOf(report))
  if (day.byPosts.state === 'not-enough-labels') {
    await publish(notEnoughLabels, { ...of, labels: day.byPosts.labels, more: day.byPosts.more ?? 0 })
  }
  for (const [basis, answer] of [['posts', day.byPosts] as const, ['messages', day.byMessages] as const]) {
    const found = disagreementIn(answer)
    if (!found) continue
    await boostEvaluation(table, hashtag, date)
    await publish(estimateDisagrees, { ...of, basis, ...found, labels: answer.pacc.items })
  }
}
