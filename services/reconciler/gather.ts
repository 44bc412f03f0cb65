import { z } from 'zod'
import { readChampion } from '../../shared/champion'
import { keys, prefixes } from '../../shared/keys'
import { type Objects, parseJson } from '../../shared/objects'
import { reportIndexRecord } from '../../shared/records'
import type { Settings } from '../../shared/settings'
import type { Item, Table } from '../../shared/table'
import { reportedRow } from '../../shared/state/reported-batches'
import { openBatches } from '../../shared/state/open-batches'
import { loggedRuns } from '../../shared/state/run-log'
import type { State } from './findings'

export interface Sources {
  objects: Pick<Objects, 'read' | 'list'>
  table: Pick<Table, 'query' | 'getMany'>
  settings: Pick<Settings, 'hashtags' | 'schedule' | 'training'>
}

const RAW_DAYS = 14
const DAY_MS = 86_400_000
/** DynamoDB forgets a lease a day after its holder had to be done. */
const FORGOTTEN_AFTER_S = 86_400

/** Look at everything that tells of work: a dozen requests, whatever the age of the stack. */
export async function gather(sources: Sources, now: Date): Promise<State> {
  const { objects, settings } = sources
  const [items, raw, predictions, labeled, datasets, models, live, reported, logged, batches, jobs] = await Promise.all(
    [
      coordination(sources, now),
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

const instant = z.iso.datetime().transform((text) => Date.parse(text))
const cursorItem = z.object({ through: instant, run: z.object({}).nullable() })
const leaseItem = z.object({ expiresAt: z.number() })
const dayItem = z.object({ datasetId: z.string() })
const jobItem = z.object({
  sk: z.string(),
  state: z.string(),
  startedAt: instant.optional(),
  datasetId: z.string().optional(),
  attempt: z.int().default(1),
  spot: z.boolean().default(true),
})

/** The cursors of all hashtags with their leases, and what today was taken for. */
async function coordination({ table, settings }: Sources, now: Date): Promise<Pick<State, 'cursors' | 'today'>> {
  const tags = settings.hashtags.map(({ tag }) => tag)
  const cursorKey = (tag: string) => ({ pk: `cursor#${tag}`, sk: 'cursor' })
  const leaseKey = (tag: string) => ({ pk: `lease#collect#${tag}`, sk: 'lease' })
  const todayKey = { pk: 'training#day', sk: dayOf(now.getTime()) }
  const items = await table.getMany([...tags.flatMap((tag) => [cursorKey(tag), leaseKey(tag)]), todayKey])
  const find = (key: { pk: string; sk: string }): Item | undefined =>
    items.find(({ pk, sk }) => pk === key.pk && sk === key.sk)

  const cursors = tags.flatMap((hashtag) => {
    const cursor = find(cursorKey(hashtag))
    if (!cursor) return []
    const { through, run } = cursorItem.parse(cursor)
    const lease = find(leaseKey(hashtag))
    const leaseUntil = lease ? (leaseItem.parse(lease).expiresAt - FORGOTTEN_AFTER_S) * 1000 : 0
    return [{ hashtag, through, running: run !== null, leaseUntil }]
  })
  const today = find(todayKey)
  return { cursors, today: today && dayItem.parse(today).datasetId }
}

async function trainingJobs(table: Pick<Table, 'query'>): Promise<State['jobs']> {
  const jobs: State['jobs'] = []
  for await (const item of table.query('training#job')) {
    const { sk, state, startedAt, datasetId, attempt, spot } = jobItem.parse(item)
    jobs.push({ job: sk, state, startedAt, datasetId, attempt, spot })
  }
  return jobs
}

async function reports(objects: Pick<Objects, 'read'>): Promise<Map<string, string | null>> {
  const key = keys.reportIndex({})
  const stored = await objects.read(key)
  const { days } = stored ? parseJson(stored.body.toString('utf8'), reportIndexRecord, key) : { days: [] }
  return new Map(days.map(({ hashtag, date, model }) => [`${hashtag} ${date}`, model]))
}

async function unreported<M extends { batch: string }>({ table }: Sources, manifests: readonly M[]): Promise<M[]> {
  const rows = await table.getMany(manifests.map(({ batch }) => reportedRow(batch)))
  const known = new Set(rows.map(({ sk }) => sk))
  return manifests.filter(({ batch }) => !known.has(reportedRow(batch).sk))
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

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10)
