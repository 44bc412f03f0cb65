import { Readable } from 'node:stream'
import { BellwetherError } from '../../shared/errors'
import { jsonOrNothing } from '../../shared/json'
import { keys } from '../../shared/keys'
import type { Memory } from '../../shared/memory'
import { type Objects, parseJson } from '../../shared/objects'
import { factsRecord, type PlanRecord, type RunRecord, runRecord } from '../../shared/records'
import { classify, type LiveModel } from './classify'
import { type Counted, countRun, type Row } from './count'
import { type CountedDay, countedDay, factsBytes } from './facts'
import type { Day } from './days'
import type { Plans } from './samples'

/** The counted days of a hashtag, as one piece of work finds and leaves them. */
export interface DayBook {
  /** Dates that have a run, ascending. */
  dates: readonly string[]
  /**
   * Have the runs of a day classified that have no predictions. False where there is no time for all of them; what was
   * classified stays.
   */
  classify(date: string): Promise<boolean>
  /** The facts of a day as it is now. Nothing for a day without runs. */
  facts(date: string): Promise<CountedDay | undefined>
  /** Keys of the predictions of a day. */
  predictionsOf(date: string): string[]
  /** The runs that were classified, by name. */
  classified: readonly string[]
}

interface Sources {
  objects: Pick<Objects, 'read' | 'exists' | 'stream' | 'list' | 'putStream' | 'swap'>
  memory: Memory
  /** Names of the labels, in their order. */
  labels: readonly string[]
  /**
   * Loads the model of a training job, or without one the live model; nothing where none is live. Absent where nothing is to
   * be classified.
   */
  model: ((job?: string) => Promise<LiveModel | undefined>) | undefined
  plans: Plans
  /** Whether there is time to classify one more run. */
  hasTime: () => boolean
}

interface Version {
  etag: string
  size: number
}

/** What is known of a hashtag from a date on; changes as days are classified and counted. */
interface State extends Sources {
  hashtag: string
  /** Names of the runs in their order, by date. */
  runs: ReadonlyMap<string, readonly string[]>
  /** Keys. */
  predictions: Set<string>
  /** By key. */
  facts: Map<string, Version>
  /** The posts of runs that were just classified, by the key of the run: they are counted next. */
  passed: Map<string, readonly Row[]>
  classified: string[]
}

/** Posts of a run that are kept to be counted, rather than read again. */
const MOST_KEPT = 20_000

/** Open the days of a hashtag from a date on. */
export async function openDayBook(sources: Sources, hashtag: string, from: string): Promise<DayBook> {
  const { objects, model } = sources
  const [runs, predictions, facts] = await Promise.all([
    listed(objects, keys.run.start({ hashtag }), from),
    listed(objects, keys.predictions.start({ hashtag }), from),
    listed(objects, keys.facts.start({ hashtag }), from),
  ])
  const state: State = {
    ...sources,
    hashtag,
    runs: byDate(runs.keys()),
    predictions: new Set(predictions.keys()),
    facts,
    passed: new Map(),
    classified: [],
  }
  const found = new Map<string, CountedDay | undefined>()
  return {
    dates: [...state.runs.keys()].sort(),
    classified: state.classified,
    classify: async (date) => !model || classifyMissing(state, date, model),
    facts: async (date) => {
      if (!found.has(date)) found.set(date, state.runs.has(date) ? await counted(state, date) : undefined)
      return found.get(date)
    },
    predictionsOf: (date) =>
      (state.runs.get(date) ?? [])
        .map((run) => keys.predictions({ hashtag, date, run }))
        .filter((key) => state.predictions.has(key)),
  }
}

async function counted(state: State, date: string): Promise<CountedDay> {
  const before = await storedFacts(state, date)
  return before && (await isCurrent(state, before)) ? before : write(state, await countRuns(state, date))
}

/** What was counted before, where that can be read. */
async function storedFacts({ objects, memory, facts, hashtag }: State, date: string): Promise<CountedDay | undefined> {
  const key = keys.facts({ hashtag, date })
  const version = facts.get(key)
  if (!version) return undefined
  return memory.of(`${key} ${version.etag}`, version.size, async () => {
    const parsed = factsRecord.safeParse(jsonOrNothing((await objects.read(key))?.body.toString('utf8')))
    return parsed.success ? countedDay(parsed.data) : undefined
  })
}

/** Would counting again find what these facts say? */
async function isCurrent(state: State, { date, labels, runs }: CountedDay): Promise<boolean> {
  const isSame = (one: readonly string[], other: readonly string[]) => one.join('\n') === other.join('\n')
  if (!isSame(labels, state.labels)) return false
  const names = runs.map(({ run }) => run)
  if (!isSame(names, state.runs.get(date) ?? [])) return false
  for (const { run, cascades } of runs) {
    const key = keys.cascades({ hashtag: state.hashtag, date, run })
    if (!cascades && (await state.objects.exists(key))) return false
  }
  return true
}

/**
 * Classify the runs without predictions, each once: by the model that its batch was planned with, so that an invocation
 * which comes late writes what one in time would have, and before there is a batch by the live one. Of a batch that was
 * planned without a model there are none. False when the time is over.
 */
async function classifyMissing(state: State, date: string, load: NonNullable<Sources['model']>): Promise<boolean> {
  const { hashtag, objects, predictions, passed, classified, hasTime } = state
  let plans: readonly PlanRecord[] | undefined
  for (const name of state.runs.get(date) ?? []) {
    if (predictions.has(keys.predictions({ hashtag, date, run: name }))) continue
    // The first run of a piece of work is always classified.
    if (classified.length > 0 && !hasTime()) return false
    plans ??= await state.plans.between(date, date)
    const planned = plannedModel(plans, keys.run({ hashtag, date, run: name }))
    const model = planned === null ? undefined : await load(planned)
    if (!model) continue
    const run = await recordOf(state, date, name)
    const rows: Row[] = []
    await classify(objects, run, model, ({ post, cascade }) => {
      if (rows.length <= MOST_KEPT) rows.push({ post, exact: () => cascade })
    })
    if (rows.length <= MOST_KEPT) passed.set(keys.run(run), rows)
    predictions.add(keys.predictions(run))
    classified.push(name)
  }
  return true
}

/** The model that the first batch of a run was planned with; null where none was live, undefined where there is no such plan. */
const plannedModel = (plans: readonly PlanRecord[], run: string): string | null | undefined =>
  plans.find(({ runs }) => runs.includes(run))?.model

/** Count the runs of a day. OBJECT_INVALID where its pages do not have all its posts. */
async function countRuns(state: State, date: string): Promise<CountedDay> {
  const { objects, hashtag, labels, passed } = state
  const names = state.runs.get(date) ?? []
  // A post that overlapping runs have counts once.
  const seen = names.length > 1 ? new Set<string>() : undefined
  const isAsked = askedAbout(await state.plans.between(date, date), { hashtag, date })
  const runs: Counted[] = []
  for (const name of names) {
    const run = await recordOf(state, date, name)
    const how = { labels, isAsked, seen, posts: rowsOf(passed.get(keys.run(run))) }
    const one = await countRun(objects, run, how)
    if (!one) {
      throw new BellwetherError('OBJECT_INVALID', `${keys.run(run)}: the pages do not have as many posts as it says`)
    }
    for (const post of one.posts) seen?.add(post)
    runs.push(one)
  }
  return { hashtag, date, labels: [...labels], runs: runs.map(({ run }) => run) }
}

const rowsOf = (rows: readonly Row[] | undefined): Readable | undefined => rows && Readable.from(rows)

/** Messages of a day that a plan asks about. */
function askedAbout(plans: readonly PlanRecord[], { hashtag, date }: Day): (item: string) => boolean {
  const asked = new Set<string>()
  for (const { items, draws } of plans) {
    for (const one of items) if (one.date === date && one.hashtags.includes(hashtag)) asked.add(one.item)
    for (const draw of draws) {
      if (draw.date === date && draw.hashtag === hashtag) for (const { item } of draw.members) asked.add(item)
    }
  }
  return (item) => asked.has(item)
}

async function write(state: State, day: CountedDay): Promise<CountedDay> {
  const key = keys.facts(day)
  const body = factsBytes(day)
  const etag = await state.objects.swap(key, body, state.facts.get(key)?.etag)
  if (etag === false) throw new BellwetherError('CONFLICT', `${key} was written by another at the same time; try again`)
  state.facts.set(key, { etag, size: body.length })
  return state.memory.of(`${key} ${etag}`, body.length, async () => day)
}

/** The record of a run, which never changes. */
function recordOf({ objects, memory, hashtag }: State, date: string, run: string): Promise<RunRecord> {
  const key = keys.run({ hashtag, date, run })
  return memory.of(key, RECORD_BYTES, async () => {
    const stored = await objects.read(key)
    if (!stored) throw new BellwetherError('OBJECT_MISSING', `${key} was listed and is gone`)
    return parseJson(stored.body.toString('utf8'), runRecord, key)
  })
}

const RECORD_BYTES = 2000

/** What stands under a beginning that a date follows, from that date on. */
async function listed(objects: Pick<Objects, 'list'>, start: string, from: string): Promise<Map<string, Version>> {
  const found = new Map<string, Version>()
  // A key of that date goes on after the date, so it comes after the date alone.
  for await (const { key, etag, size } of objects.list(start, `${start}${from}`)) found.set(key, { etag, size })
  return found
}

function byDate(listedKeys: Iterable<string>): Map<string, string[]> {
  const runs = new Map<string, string[]>()
  for (const key of listedKeys) {
    const found = keys.run.match(key)
    if (found) runs.set(found.date, [...(runs.get(found.date) ?? []), found.run].sort())
  }
  return runs
}
