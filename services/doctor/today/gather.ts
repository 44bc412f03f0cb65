import { z } from 'zod'
import { isOfADay } from '../../../shared/batches'
import { readChampion } from '../../../shared/champion'
import type { Asked } from '../../../shared/finding'
import { keys, prefixes } from '../../../shared/keys'
import { findJson, type Objects } from '../../../shared/objects'
import {
  cardRecord,
  liveRecord,
  qualityRecord,
  reportIndexRecord,
  runRecord,
  trainingRecord,
} from '../../../shared/records'
import { lastDue } from '../../../shared/schedule'
import type { Settings } from '../../../shared/settings'
import { readCursor } from '../../../shared/state/cursor'
import { readProgress } from '../../../shared/state/desk'
import { collectionLease, deadlineOf, leaseRow } from '../../../shared/state/lease'
import { spent } from '../../../shared/state/ledger'
import { openBatches } from '../../../shared/state/open-batches'
import { readTogether } from '../../../shared/state/row'
import { sum } from '../../../shared/statistics/numbers'
import { holderOf, type NotedJob, notedJobs } from '../../../shared/state/training-jobs'
import type { Table } from '../../../shared/table'
import { nameToday, namesOf, type StreamNames, topicIn, watchedStreams } from '../../../shared/streams'
import { DAY_MS, dayOf, midnightOf } from '../../../shared/utc-day'
import { asked } from '../asked'
import { type Collection, type TodayFacts, reportName, type Run, type TrainingToday } from './facts'
import type { CountMessages } from './queues'

export interface TodaySources {
  objects: Pick<Objects, 'read' | 'list'>
  table: Pick<Table, 'get' | 'getMany' | 'query'>
  settings: Pick<Settings, 'hashtags' | 'sources' | 'schedule'>
  countMessages: CountMessages
  deadLetters: Readonly<Record<string, string>>
}

/** How many settled batches and training jobs are read: enough for the last days. */
const NEWEST = 3

/** Look at the day: about thirty requests, whatever the age of the stack. What AWS refuses is reported in its place. */
export async function gatherDay(sources: TodaySources, now: Date): Promise<TodayFacts> {
  const { objects, table, settings } = sources
  const at = now.getTime()
  const due = { collect: lastDue(settings.schedule.collect, at), label: lastDue(settings.schedule.label, at) }
  // A day is collected when it is over.
  const day = dayOf(midnightOf(due.collect ?? at) - DAY_MS)
  const [collections, planned, open, settled, training, reported, champion, spending, deadLetters] = await Promise.all([
    asked(collectionsOf(sources, day)),
    asked(findJson(objects, keys.plan({ batch: day }), plannedItems)),
    asked(openOf(table)),
    asked(settledOf(objects)),
    asked(trainingOf(sources, dayOf(now))),
    asked(reportsOf(sources)),
    asked(championOf(objects)),
    asked(spentIn(sources, dayOf(now).slice(0, 7))),
    asked(sources.countMessages(sources.deadLetters)),
  ])
  return {
    now: at,
    day,
    due,
    collections,
    planned: mapped(planned, (plan) => plan?.items.length),
    open,
    settled,
    training,
    reported,
    champion,
    spent: spending,
    deadLetters,
  }
}

const mapped = <T, U>(fact: Asked<T>, to: (known: T) => U): Asked<U> =>
  'known' in fact ? { known: to(fact.known) } : fact

/** Only the number of items is read of a plan: their texts and members may be megabytes. */
const plannedItems = z.object({ items: z.array(z.unknown()) })

async function collectionsOf(
  { objects, table, settings }: Pick<TodaySources, 'objects' | 'table' | 'settings'>,
  day: string,
): Promise<Collection[]> {
  const streams = watchedStreams(settings).map((stream) => namesOf(settings, stream))
  const { leases } = await readTogether(table, {
    leases: streams.map(([name]) => leaseRow.at({ name: collectionLease(name) })),
  })
  return Promise.all(
    streams.map(async (names, i): Promise<Collection> => {
      const [cursor, lease] = [await readCursor(table, names), leases[i]]
      return {
        ...names[0],
        topic: topicIn(settings, names[0]),
        cursor: cursor && {
          through: Date.parse(cursor.through),
          running: cursor.run !== null,
          leaseUntil: lease ? deadlineOf(lease) : 0,
        },
        runs: await runsOf(objects, names, day),
      }
    }),
  )
}

async function runsOf(objects: TodaySources['objects'], names: StreamNames, date: string): Promise<Run[]> {
  const lists = names.map((name) => listed(objects, keys.run.start({ ...name, date }), (key) => keys.run.match(key)))
  const found = (await Promise.all(lists)).flat()
  return Promise.all(
    found.map(async ({ key, modified }) => {
      const run = await findJson(objects, key, runRecord)
      const { from = '', to = '' } = run?.covered ?? {}
      const covered = run?.covered ? (Date.parse(to) - Date.parse(from)) / DAY_MS : 0
      return {
        posts: run?.posts ?? 0,
        refusedRows: run?.refusedRows ?? 0,
        covered,
        complete: run?.complete ?? false,
        stoppedBy: run?.stoppedBy ?? null,
        at: modified,
      }
    }),
  )
}

async function openOf(table: TodaySources['table']) {
  const open = await openBatches(table)
  return Promise.all(
    open.map(async ({ batch, date, claimedAt, started, deadline }) => {
      const progress = await readProgress(table, batch)
      return {
        batch,
        date,
        claimedAt: Date.parse(claimedAt),
        started,
        deadline: Date.parse(deadline),
        progress: progress && { items: progress.items, complete: progress.complete },
      }
    }),
  )
}

async function settledOf(objects: TodaySources['objects']) {
  const found = await listed(objects, prefixes.labeled, (key) => keys.settledManifest.match(key))
  const batches = found.flatMap(({ parts: { batch }, modified }) => (isOfADay(batch) ? { batch, modified } : []))
  const newest = batches.sort((a, b) => a.modified - b.modified).slice(-NEWEST)
  const settled = await Promise.all(
    newest.map(async ({ batch, modified }) => {
      const quality = await findJson(objects, keys.quality({ batch }), qualityRecord)
      if (!quality) return []
      const { date, labelled, judgements, status, reasons } = quality
      return [{ batch, date, labelled, judgements, status, reasons, at: modified }]
    }),
  )
  return settled.flat()
}

async function trainingOf({ objects, table }: TodaySources, today: string) {
  const dataset = await holderOf(table, today)
  if (dataset === undefined) return undefined
  const noted = (await notedJobs(table)).filter(({ datasetId }) => datasetId === dataset)
  const attempts = noted.sort((a, b) => a.attempt - b.attempt)
  // The first engine of the configuration has no entrant. A later attempt replaces an earlier one.
  const newest = new Map(attempts.map((job) => [job.entrant ?? '', job]))
  const inOrder = [...newest].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, job]) => job)
  return { dataset, jobs: await Promise.all(inOrder.map((job) => trainingIn(objects, job))) }
}

async function trainingIn(objects: TodaySources['objects'], noted: NotedJob): Promise<TrainingToday> {
  const { job, state, startedAt, engine, entrant } = noted
  const [[record], card] = await Promise.all([
    listed(objects, keys.training({ job }), (key) => keys.training.match(key)),
    findJson(objects, keys.card({ job }), cardRecord),
  ])
  return {
    job,
    engine: engine ?? entrant,
    state,
    startedAt: startedAt === undefined ? undefined : Date.parse(startedAt),
    trainedAt: record?.modified,
    card: card && { verdict: card.verdict, reasons: card.reasons },
  }
}

async function reportsOf({ objects, settings }: Pick<TodaySources, 'objects' | 'settings'>): Promise<Set<string>> {
  const index = await findJson(objects, keys.reportIndex({}), reportIndexRecord)
  return new Set((index?.days ?? []).map((day) => reportName(nameToday(settings, day), day.date)))
}

async function championOf(objects: TodaySources['objects']) {
  const champion = (await readChampion(objects))?.champion
  if (!champion) return undefined
  const { job, promotedAt } = champion
  const [live, card] = await Promise.all([
    findJson(objects, keys.live({ job }), liveRecord),
    findJson(objects, keys.card({ job }), cardRecord),
  ])
  const scores = live?.scores ?? card?.scores.challenger
  return { job, promotedAt: Date.parse(promotedAt), macroF1: scores?.macroF1 ?? null }
}

async function spentIn({ objects, table }: TodaySources, month: string) {
  const trained = await listed(objects, prefixes.models, (key) => keys.training.match(key))
  const ofMonth = trained.filter(({ modified }) => dayOf(modified).startsWith(month))
  const costs = await Promise.all(ofMonth.map(({ key }) => trainingCost(objects, key)))
  const [collect, label] = await Promise.all([spent(table, 'collectUsd', month), spent(table, 'labelUsd', month)])
  return { collect, label, train: sum(costs) }
}

const knownCosts = new WeakMap<Pick<Objects, 'read'>, Map<string, number>>()

/** The cost of a training. Its record never changes, so a warm function reads each once. */
async function trainingCost(objects: Pick<Objects, 'read'>, key: string): Promise<number> {
  const known = knownCosts.get(objects) ?? new Map<string, number>()
  knownCosts.set(objects, known)
  const cost = known.get(key) ?? (await findJson(objects, key, trainingRecord))?.costUsd ?? 0
  known.set(key, cost)
  return cost
}

/** The objects under a prefix whose keys have a form, with the parts of their keys. */
async function listed<P>(objects: Pick<Objects, 'list'>, prefix: string, match: (key: string) => P | undefined) {
  const found: { key: string; parts: P; modified: number }[] = []
  for await (const { key, modified } of objects.list(prefix)) {
    const parts = match(key)
    if (parts) found.push({ key, parts, modified: modified.getTime() })
  }
  return found
}
