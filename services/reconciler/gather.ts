import { readChampion } from '../../shared/champion'
import { keys, prefixes } from '../../shared/keys'
import { type Objects, parseJson } from '../../shared/objects'
import { reportIndexRecord } from '../../shared/records'
import type { Settings } from '../../shared/settings'
import type { Table } from '../../shared/table'
import { cursorRow } from '../../shared/state/cursor'
import { collectionLease, deadlineOf, leaseRow } from '../../shared/state/lease'
import { openBatches } from '../../shared/state/open-batches'
import { unreportedBatches } from '../../shared/state/reported-batches'
import { readTogether } from '../../shared/state/row'
import { loggedRuns } from '../../shared/state/run-log'
import { notedJobs, trainingDayRow } from '../../shared/state/training-jobs'
import { DAY_MS, dayOf } from '../../shared/utc-day'
import type { State } from './findings'

export interface Sources {
  objects: Pick<Objects, 'read' | 'list'>
  table: Pick<Table, 'query' | 'getMany'>
  settings: Pick<Settings, 'hashtags' | 'schedule' | 'training'>
}

const RAW_DAYS = 14

/** Look at everything that tells of work: a dozen requests, whatever the age of the stack. */
export async function gather(sources: Sources, now: Date): Promise<State> {
  const { objects, settings } = sources
  const [items, raw, predictions, labeled, datasets, models, live, reported, logged, batches, jobs] = await Promise.all(
    [
      collecting(sources, now),
      recent(sources, keys.run, now),
      recent(sources, keys.predictions, now),
      all(objects, prefixes.labeled),
      all(objects, prefixes.datasets),
      all(objects, prefixes.models),
      readChampion(objects),
      reports(objects),
      loggedRuns(sources.table),
      openBatches(sources.table),
      trainingJobs(sources.table),
    ],
  )
  const from = dayOf(now.getTime() - RAW_DAYS * DAY_MS)
  const manifests = puts(labeled, (key) => keys.settledManifest.match(key))

  return {
    settings: { collect: settings.schedule.collect, spot: settings.training.spot },
    runs: raw.flatMap(({ key, modified }) => {
      const run = keys.run.match(key)
      if (!run || run.date < from) return []
      return [{ hashtag: run.hashtag, date: run.date, key, predictionsKey: keys.predictions(run), modified }]
    }),
    logged: new Set(logged.map(({ key }) => key)),
    predictions: new Set(predictions.map(({ key }) => key)),
    champion: live && { job: live.champion.job, promotedAt: Date.parse(live.champion.promotedAt) },
    reported,
    batches: batches.map(({ batch, started, claimedAt, deadline }) => ({
      batch,
      started,
      claimedAt: Date.parse(claimedAt),
      deadline: Date.parse(deadline),
    })),
    manifests,
    unreported: await unreported(
      sources,
      manifests.filter(({ modified }) => modified >= Date.parse(from)),
    ),
    datasets: puts(datasets, (key) => keys.dataset.match(key)),
    jobs,
    trained: puts(models, (key) => keys.training.match(key)),
    cards: new Set(puts(models, (key) => keys.card.match(key)).map(({ job }) => job)),
    registered: new Set(puts(models, (key) => keys.registration.match(key)).map(({ job }) => job)),
    ...items,
  }
}

/** The cursors of all hashtags with their leases, and the dataset that holds today; one request. */
async function collecting({ table, settings }: Sources, now: Date): Promise<Pick<State, 'cursors' | 'today'>> {
  const tags = settings.hashtags.map(({ tag }) => tag)
  const { today, cursors, leases } = await readTogether(table, {
    today: [trainingDayRow.at({ day: dayOf(now.getTime()) })],
    cursors: tags.map((hashtag) => cursorRow.at({ hashtag })),
    leases: tags.map((hashtag) => leaseRow.at({ name: collectionLease(hashtag) })),
  })
  return {
    today: today[0]?.datasetId,
    cursors: tags.flatMap((hashtag, i) => {
      const cursor = cursors[i]
      if (!cursor) return []
      const lease = leases[i]
      const leaseUntil = lease ? deadlineOf(lease) : 0
      return [{ hashtag, through: Date.parse(cursor.through), running: cursor.run !== null, leaseUntil }]
    }),
  }
}

const trainingJobs = async (table: Pick<Table, 'query'>): Promise<State['jobs']> =>
  (await notedJobs(table)).map(({ job, state, startedAt, datasetId, attempt, spot }) => ({
    job,
    state,
    startedAt: startedAt === undefined ? undefined : Date.parse(startedAt),
    datasetId,
    attempt,
    spot,
  }))

async function reports(objects: Pick<Objects, 'read'>): Promise<Map<string, string | null>> {
  const key = keys.reportIndex({})
  const stored = await objects.read(key)
  const { days } = stored ? parseJson(stored.body.toString('utf8'), reportIndexRecord, key) : { days: [] }
  return new Map(days.map(({ hashtag, date, model }) => [`${hashtag} ${date}`, model]))
}

async function unreported<M extends { batch: string }>({ table }: Sources, manifests: readonly M[]): Promise<M[]> {
  const batches = await unreportedBatches(
    table,
    manifests.map(({ batch }) => batch),
  )
  return manifests.filter(({ batch }) => batches.has(batch))
}

interface Listed {
  key: string
  modified: number
}

/** The objects of the months that the last days fall in: one list for each hashtag and month. */
async function recent({ objects, settings }: Sources, key: typeof keys.run | typeof keys.predictions, now: Date) {
  const days = [now.getTime() - RAW_DAYS * DAY_MS, now.getTime()]
  const months = [...new Set(days.map((at) => dayOf(at).slice(0, 7)))]
  const folders = settings.hashtags.flatMap(({ tag }) =>
    months.map((month) => key({ hashtag: tag, date: month, run: 'x' }).replace(/\/run=.*$/, '')),
  )
  return (await Promise.all(folders.map((folder) => all(objects, folder)))).flat()
}

async function all(objects: Pick<Objects, 'list'>, prefix: string): Promise<Listed[]> {
  const listed: Listed[] = []
  for await (const { key, modified } of objects.list(prefix)) listed.push({ key, modified: modified.getTime() })
  return listed
}

/** The keys of one form, as their parts, with when they were put. */
const puts = <P extends object>(listed: readonly Listed[], match: (key: string) => P | undefined) =>
  listed.flatMap(({ key, modified }) => {
    const parts = match(key)
    return parts ? [{ ...parts, modified }] : []
  })
