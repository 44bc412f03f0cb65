import { shareReported } from '../../events'
import type { LoadArtefact } from '../../shared/artefact'
import type { Publish } from '../../shared/bus'
import { readChampion } from '../../shared/champion'
import { takeLease } from '../../shared/coordination'
import type { Invocation } from '../../shared/door'
import { BellwetherError } from '../../shared/errors'
import { keys } from '../../shared/keys'
import { type Objects, parseJson } from '../../shared/objects'
import type { Enqueue } from '../../shared/queue'
import { type ReportRecord, reportIndexRecord, type RunRecord, runRecord } from '../../shared/records'
import type { Table } from '../../shared/table'
import { classify, isClassified, type LiveModel } from './classify'
import { predictionsFromCsv } from './prediction'
import { indexBytes, makeTally, reportBytes, reportOf, withReport } from './report'

export interface Ports {
  objects: Pick<Objects, 'read' | 'readJson' | 'exists' | 'stream' | 'list' | 'put' | 'putStream' | 'swap'>
  load: LoadArtefact
  publish: Publish
  enqueue: Enqueue
  table: Pick<Table, 'get' | 'update'>
  /** A name for this piece of work that no other has. */
  owner: () => string
}

/** A UTC day of a hashtag; the form of a request on the queue. */
export interface Day {
  hashtag: string
  date: string
}

export type Analysis = Day &
  (
    | { state: 'reported'; model: string; classified: string[]; report: ReportRecord }
    | { state: 'waiting'; reason: string }
  )

/** Too little time to begin another run; what is left goes on the queue. */
const LEAST_MS = 60_000
const BUSY_SECONDS = 20
const ATTEMPTS = 50

/**
 * Bring the report of a day up to date: every run of it classified by the champion, all posts counted, the report
 * written and published. One works on a day at a time and reads the champion after its turn has begun, so no older
 * model's answers come after a newer one's. Who finds the day taken puts it back on the queue.
 */
export const analyze =
  (ports: Ports) =>
  async (day: Day, invocation: Pick<Invocation, 'now' | 'remainingMs'>): Promise<Analysis> => {
    const until = invocation.now.getTime() + invocation.remainingMs()
    const name = `analyzer#${day.hashtag}#${day.date}`
    const lease = await takeLease(ports.table, name, ports.owner(), invocation.now.getTime(), until)
    if (!lease.held) return putOff(ports, day, 'another invocation works on this day', BUSY_SECONDS)
    try {
      return await bringUpToDate(ports, day, invocation)
    } finally {
      await lease.release()
    }
  }

/** Load the champion, or nothing before the first promotion. */
export async function liveModel({ objects, load }: Pick<Ports, 'objects' | 'load'>): Promise<LiveModel | undefined> {
  const live = await readChampion(objects)
  if (!live) return undefined
  const { job, artefact, sha256 } = live.champion
  return { job, classifier: (await load(artefact, sha256)).model }
}

async function bringUpToDate(ports: Ports, day: Day, { remainingMs }: Pick<Invocation, 'remainingMs'>) {
  const { objects, publish } = ports
  const model = await liveModel(ports)
  if (!model)
    return { ...day, state: 'waiting' as const, reason: 'no model is live yet; its promotion brings this day' }

  const runs = await runsOf(objects, day)
  if (runs.length === 0) throw new BellwetherError('NOT_FOUND', `there is no run of #${day.hashtag} on ${day.date}`)
  const classified: string[] = []
  for (const run of runs) {
    if (await isClassified(objects, run, model.job)) continue
    if (classified.length > 0 && remainingMs() < LEAST_MS) return putOff(ports, day, 'more runs than time', 0)
    await classify(objects, run, model)
    classified.push(run.run)
  }

  const report = await count(objects, day, model, runs)
  await putIfChanged(objects, keys.report(day), reportBytes(report))
  await putIntoIndex(objects, report)
  await publish(shareReported, headlineOf(report))
  return { ...day, state: 'reported' as const, model: model.job, classified, report }
}

const headlineOf = ({ hashtag, date, model, complete, day }: ReportRecord) => ({
  hashtag,
  date,
  reportKey: keys.report({ hashtag, date }),
  model,
  posts: day.posts,
  messages: day.messages,
  labels: day.byPosts.labels,
  complete,
  words: day.byPosts.words,
  shares: [
    ...day.byPosts.shares.map((share) => ({ basis: 'posts' as const, ...share })),
    ...day.byMessages.shares.map((share) => ({ basis: 'messages' as const, ...share })),
  ],
})

async function putOff({ enqueue }: Ports, { hashtag, date }: Day, reason: string, seconds: number): Promise<Analysis> {
  await enqueue({ hashtag, date }, seconds)
  return { hashtag, date, state: 'waiting', reason }
}

/** The runs of a day that have ended, in the order of their names. */
async function runsOf(objects: Pick<Objects, 'list' | 'readJson'>, day: Day): Promise<RunRecord[]> {
  const runs: RunRecord[] = []
  for await (const { key } of objects.list(dayFolder(day))) {
    if (keys.run.match(key)) runs.push(await objects.readJson(key, runRecord))
  }
  return runs.sort((a, b) => (a.run < b.run ? -1 : 1))
}

const dayFolder = (day: Day): string => keys.run({ ...day, run: 'x' }).replace(/run=x\/run\.json$/, '')

async function count(objects: Ports['objects'], day: Day, model: LiveModel, runs: RunRecord[]): Promise<ReportRecord> {
  const tally = makeTally(runs.length > 1)
  const files = runs.map((run) => keys.predictions(run))
  for (const key of files) {
    for await (const { post, label } of predictionsFromCsv(await objects.stream(key), key)) tally.add(post, label)
  }
  return reportOf(day, { job: model.job, labels: model.classifier.labels }, runs, files, tally)
}

/** The versions of a report are its history: the same report again is none. */
async function putIfChanged(objects: Pick<Objects, 'read' | 'put'>, key: string, body: string): Promise<void> {
  const before = await objects.read(key)
  if (before?.body.toString('utf8') !== body) await objects.put(key, body)
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
