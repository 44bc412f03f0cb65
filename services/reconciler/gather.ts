import { createHash } from 'node:crypto'
import { readChampion } from '../../shared/champion'
import { keys, prefixes } from '../../shared/keys'
import { findJson, type Objects } from '../../shared/objects'
import { reportIndexRecord } from '../../shared/records'
import type { Settings } from '../../shared/settings'
import { streamLabel, streamNameOf, nameToday, namesOf, watchedStreams } from '../../shared/streams'
import type { Table } from '../../shared/table'
import { cursorRowsOf } from '../../shared/state/cursor'
import { collectionLease, deadlineOf, leaseRow } from '../../shared/state/lease'
import { openDeletionsRow } from '../../shared/state/open-deletions'
import { openBatches } from '../../shared/state/open-batches'
import { unreportedBatches } from '../../shared/state/reported-batches'
import { type QuietLook, quietLookRow } from '../../shared/state/quiet-look'
import { readTogether } from '../../shared/state/row'
import { rewrittenLabels } from '../../shared/state/rewritten-labels'
import { loggedRuns } from '../../shared/state/run-log'
import { notedJobs, trainingDayRow } from '../../shared/state/training-jobs'
import { DAY_MS, dayOf } from '../../shared/utc-day'
import type { State } from './findings'

export interface RecoverySources {
  objects: Pick<Objects, 'read' | 'etag' | 'list'>
  table: Pick<Table, 'query' | 'getMany'>
  settings: Pick<Settings, 'hashtags' | 'sources' | 'schedule' | 'training' | 'retention'>
}

const RAW_DAYS = 14

/** The state of the table, and of the bucket which champion and which labels are current. */
export interface Signs {
  state: Omit<State, keyof Listings>
  /**
   * Unchanged while no run, batch or job moves on, today stays taken or free, the same model is live and no label
   * comes. A rollback, a correction or an import changes no row.
   */
  fingerprint: string
  /** The last search of the bucket that found nothing to do, and nothing that was still young. */
  quiet: QuietLook | undefined
}

/** The state of the bucket. */
export type Listings = Pick<
  State,
  | 'runs'
  | 'predictions'
  | 'champion'
  | 'reported'
  | 'manifests'
  | 'unreported'
  | 'datasets'
  | 'trained'
  | 'cards'
  | 'registered'
>

/** Read the table and two ETags: a handful of requests, whatever the age of the stack. */
export async function readSigns(sources: RecoverySources, now: Date): Promise<Signs> {
  const { settings } = sources
  const [{ quiet, ...items }, logged, open, jobs, champion, labels] = await Promise.all([
    collecting(sources, now),
    loggedRuns(sources.table),
    openBatches(sources.table),
    trainingJobs(sources.table),
    sources.objects.etag(keys.champion({})),
    sources.objects.etag(keys.currentLabels({})),
  ])
  const batches = open.map(({ batch, started, claimedAt, deadline }) => ({
    batch,
    started,
    claimedAt: Date.parse(claimedAt),
    deadline: Date.parse(deadline),
  }))
  const cursors = items.cursors.map((cursor) => ({
    ...streamNameOf(cursor),
    through: cursor.through,
    running: cursor.running,
  }))
  const rows = [cursors, logged.map(({ key, batch }) => [key, batch]), batches, jobs, items.today]
  const moved = JSON.stringify([rows, champion, labels])
  return {
    state: {
      settings: {
        collect: settings.schedule.collect,
        spot: settings.training.spot,
        hasRetention: settings.retention.days !== undefined,
      },
      logged: new Set(logged.map(({ key }) => key)),
      batches,
      jobs,
      ...items,
    },
    fingerprint: createHash('sha256').update(moved).digest('hex').slice(0, 16),
    quiet,
  }
}

/** An empty bucket. */
export const NO_LISTINGS: Listings = {
  runs: [],
  predictions: new Set(),
  champion: undefined,
  reported: new Set(),
  manifests: [],
  unreported: [],
  datasets: [],
  trained: [],
  cards: new Set(),
  registered: new Set(),
}

/** List the bucket: about ten requests, whatever the age of the stack. */
export async function readListings(sources: RecoverySources, now: Date): Promise<Listings> {
  const { objects } = sources
  const from = dayOf(now.getTime() - RAW_DAYS * DAY_MS)
  const [raw, predictions, labeled, datasets, models, live, reported] = await Promise.all([
    recent(sources, keys.run, from),
    recent(sources, keys.predictions, from),
    all(objects, prefixes.labeled),
    all(objects, prefixes.datasets),
    all(objects, prefixes.models),
    readChampion(objects),
    reports(sources),
  ])
  const rewritten = await rewrittenLabels(sources.table)
  const manifests = puts(labeled, (key) => keys.settledManifest.match(key)).map(({ batch, etag, modified }) => {
    const row = rewritten.get(batch)
    // A deletion that removed lines added no labels.
    return { batch, modified: row?.etag === etag ? row.was.getTime() : modified }
  })
  return {
    runs: raw.flatMap(({ key, modified }) => {
      const run = keys.run.match(key)
      if (!run) return []
      const name = nameToday(sources.settings, run)
      return [{ ...name, date: run.date, key, predictionsKey: keys.predictions(run), modified }]
    }),
    predictions: new Set(predictions.map(({ key }) => key)),
    champion: live && { promotedAt: Date.parse(live.champion.promotedAt) },
    reported,
    manifests,
    unreported: await unreported(
      sources,
      manifests.filter(({ modified }) => modified >= Date.parse(from)),
    ),
    datasets: puts(datasets, (key) => keys.dataset.match(key)),
    trained: puts(models, (key) => keys.training.match(key)),
    cards: new Set(puts(models, (key) => keys.card.match(key)).map(({ job }) => job)),
    registered: new Set(puts(models, (key) => keys.registration.match(key)).map(({ job }) => job)),
  }
}

/**
 * The cursors of all streams with their leases, the dataset that was trained on today, and the last quiet search; one
 * request.
 */
async function collecting(
  { table, settings }: RecoverySources,
  now: Date,
): Promise<Pick<State, 'cursors' | 'today' | 'deletions'> & Pick<Signs, 'quiet'>> {
  const streams = watchedStreams(settings).map((stream) => namesOf(settings, stream))
  const { today, cursors, leases, quiet, deletions } = await readTogether(table, {
    today: [trainingDayRow.at({ day: dayOf(now.getTime()) })],
    cursors: streams.flatMap(cursorRowsOf),
    leases: streams.map(([name]) => leaseRow.at({ name: collectionLease(name) })),
    quiet: [quietLookRow.at({})],
    deletions: [openDeletionsRow.at({})],
  })
  return {
    today: today[0]?.datasetId,
    quiet: quiet[0],
    deletions: [...(deletions[0]?.open ?? [])],
    cursors: streams.flatMap((names, i) => {
      const before = streams.slice(0, i).reduce((sum, { length }) => sum + length, 0)
      const cursor = cursors.slice(before, before + names.length).find((one) => one !== undefined)
      if (!cursor) return []
      const lease = leases[i]
      const leaseUntil = lease ? deadlineOf(lease) : 0
      return [{ ...names[0], through: Date.parse(cursor.through), running: cursor.run !== null, leaseUntil }]
    }),
  }
}

const trainingJobs = async (table: Pick<Table, 'query'>): Promise<State['jobs']> =>
  (await notedJobs(table)).map(({ job, state, startedAt, since, datasetId, attempt, spot, entrant }) => ({
    job,
    state,
    startedAt: startedAt === undefined ? undefined : Date.parse(startedAt),
    since: since === undefined ? undefined : Date.parse(since),
    datasetId,
    attempt,
    spot,
    entrant,
  }))

async function reports({ objects, settings }: RecoverySources): Promise<Set<string>> {
  const { days } = (await findJson(objects, keys.reportIndex({}), reportIndexRecord)) ?? { days: [] }
  return new Set(days.map((day) => `${streamLabel(nameToday(settings, day))} ${day.date}`))
}

async function unreported<M extends { batch: string }>(
  { table }: RecoverySources,
  manifests: readonly M[],
): Promise<M[]> {
  const batches = await unreportedBatches(
    table,
    manifests.map(({ batch }) => batch),
  )
  return manifests.filter(({ batch }) => batches.has(batch))
}

interface Listed {
  key: string
  modified: number
  etag: string
}

/** The objects of the last days: a list for each name of each stream. */
async function recent(
  { objects, settings }: RecoverySources,
  key: typeof keys.run | typeof keys.predictions,
  from: string,
) {
  const names = watchedStreams(settings).flatMap((stream) => namesOf(settings, stream))
  const lists = names.map((name) => {
    const start = key.start(name)
    return all(objects, start, `${start}${from}`)
  })
  return (await Promise.all(lists)).flat()
}

async function all(objects: Pick<Objects, 'list'>, prefix: string, after?: string): Promise<Listed[]> {
  const listed: Listed[] = []
  for await (const { key, modified, etag } of objects.list(prefix, after))
    listed.push({ key, modified: modified.getTime(), etag })
  return listed
}

/** The keys of one form, as their parts, with the time of their put. */
const puts = <P extends object>(listed: readonly Listed[], match: (key: string) => P | undefined) =>
  listed.flatMap(({ key, modified, etag }) => {
    const parts = match(key)
    return parts ? [{ ...parts, modified, etag }] : []
  })
