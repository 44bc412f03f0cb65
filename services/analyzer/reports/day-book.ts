import { Readable } from 'node:stream'
import { BellwetherError } from '../../../shared/errors'
import { jsonOrNothing } from '../../../shared/json'
import { keys } from '../../../shared/keys'
import type { RunName } from '../../../shared/cascades/files'
import type { Memory } from '../../../shared/memory'
import type { Objects } from '../../../shared/objects'
import { factsRecord, type PlanRecord, type RunRecord, runRecord } from '../../../shared/records'
import { streamLabel, type StreamName, type StreamNames } from '../../../shared/streams'
import { classify, type Champion } from '../facts/classify'
import { type RunCount, countRun, type CountedPost } from '../facts/count'
import { replace } from './draft'
import { type CountedDay, countedDay, factsBytes } from '../facts/facts'
import { readListed } from '../facts/listed'
import { isOf, type Plans } from '../facts/samples'

/** The counted days of a stream during one piece of work. */
export interface DayBook {
  /** Dates that have a run, ascending. */
  dates: readonly string[]
  /** The name under which a day of the stream is stored. Undefined for a day without runs. */
  nameOn(date: string): StreamName | undefined
  /**
   * Classify the runs of a day that have no predictions. False if there is no time for all of them; finished
   * predictions stay.
   */
  classify(date: string): Promise<boolean>
  /** The current facts of a day. Undefined for a day without runs. */
  facts(date: string): Promise<CountedDay | undefined>
  /** The last counted facts of a day, which may be older than its newest run. Undefined if it was never counted. */
  stored(date: string): Promise<CountedDay | undefined>
  /** The runs of a day. */
  records(date: string): Promise<RunRecord[]>
  /** Keys of the predictions of a day. */
  predictionsOf(date: string): string[]
  /** The classified runs, by name. */
  classified: readonly string[]
}

interface Sources {
  objects: Pick<Objects, 'read' | 'exists' | 'stream' | 'list' | 'putStream' | 'swap'>
  memory: Memory
  /** Names of the labels, in their order. */
  labels: readonly string[]
  /**
   * Loads the model of a training job, or without one the live model; undefined if none is live. Absent if nothing is to
   * be classified.
   */
  model: ((job?: string) => Promise<Champion | undefined>) | undefined
  plans: Plans
  /** Whether there is time to classify one more run. */
  hasTime: () => boolean
}

interface Version {
  etag: string
  size: number
}

/** The state of a stream from a date on; changes as days are classified and counted. */
interface State extends Sources {
  names: StreamNames
  /** The runs in order, by date. */
  runs: ReadonlyMap<string, readonly RunName[]>
  /** Keys. */
  predictions: Set<string>
  /** By key. */
  facts: Map<string, Version>
  /** The posts of runs that were just classified, by the key of the run, to be counted next. */
  passed: Map<string, readonly CountedPost[]>
  classified: string[]
}

/** Up to this many posts of a run are kept in memory to be counted instead of being read again. */
const MOST_KEPT = 20_000

/** Open the days of a stream, which has these names, from a date on. */
export async function openDayBook(sources: Sources, names: StreamNames, from: string): Promise<DayBook> {
  const { objects, model } = sources
  const [runs, predictions, facts] = await Promise.all(
    [keys.run, keys.predictions, keys.facts].map((kind) =>
      listed(
        objects,
        names.map((name) => kind.start(name)),
        from,
      ),
    ),
  )
  const state: State = {
    ...sources,
    names,
    runs: byDate(runs?.keys() ?? []),
    predictions: new Set(predictions?.keys()),
    facts: facts ?? new Map(),
    passed: new Map(),
    classified: [],
  }
  const found = new Map<string, CountedDay | undefined>()
  return {
    dates: [...state.runs.keys()].sort(),
    nameOn: (date) => nameOn(state, date),
    classified: state.classified,
    classify: async (date) => !model || classifyMissing(state, date, model),
    facts: async (date) => {
      if (!found.has(date)) found.set(date, state.runs.has(date) ? await counted(state, date) : undefined)
      return found.get(date)
    },
    stored: async (date) => {
      const day = found.get(date) ?? (await storedFacts(state, date))
      return day?.labels.join('\n') === state.labels.join('\n') ? day : undefined
    },
    records: (date) => Promise.all((state.runs.get(date) ?? []).map((run) => recordOf(state, run))),
    predictionsOf: (date) =>
      (state.runs.get(date) ?? []).map((run) => keys.predictions(run)).filter((key) => state.predictions.has(key)),
  }
}

async function counted(state: State, date: string): Promise<CountedDay> {
  const before = await storedFacts(state, date)
  return before && (await isCurrent(state, before)) ? before : write(state, await countRuns(state, date))
}

/** The previously counted facts, if they can be read. */
async function storedFacts(state: State, date: string): Promise<CountedDay | undefined> {
  const { objects, memory, facts } = state
  const name = nameOn(state, date)
  if (!name) return undefined
  const key = keys.facts({ ...name, date })
  const version = facts.get(key)
  if (!version) return undefined
  return memory.of(`${key} ${version.etag}`, version.size, async () => {
    const parsed = factsRecord.safeParse(jsonOrNothing((await objects.read(key))?.body.toString('utf8')))
    return parsed.success ? countedDay(parsed.data) : undefined
  })
}

/** Whether counting again would give the same facts. */
async function isCurrent(state: State, { hashtag, date, labels, runs }: CountedDay): Promise<boolean> {
  const isSame = (one: readonly string[], other: readonly string[]) => one.join('\n') === other.join('\n')
  if (!isSame(labels, state.labels)) return false
  const placesOf = (some: readonly { stream?: string | undefined; run: string }[]) =>
    some.map(({ stream, run }) => `${stream ?? ''} ${run}`)
  if (!isSame(placesOf(runs), placesOf(state.runs.get(date) ?? []))) return false
  for (const { run, stream, cascades } of runs) {
    const key = keys.cascades({ hashtag, stream, date, run })
    if (!cascades && (await state.objects.exists(key))) return false
  }
  return true
}

/**
 * Classify the runs without predictions, each once: by the model that its batch was planned with, so that a late invocation
 * writes the same as an early one, and before there is a batch by the live one. A batch that was
 * planned without a model has no predictions. False when the time is over.
 */
async function classifyMissing(state: State, date: string, load: NonNullable<Sources['model']>): Promise<boolean> {
  const { objects, predictions, passed, classified, hasTime } = state
  let plans: readonly PlanRecord[] | undefined
  for (const name of state.runs.get(date) ?? []) {
    if (predictions.has(keys.predictions(name))) continue
    // The first run of a piece of work is always classified.
    if (classified.length > 0 && !hasTime()) return false
    plans ??= await state.plans.between(date, date)
    const planned = plannedModel(plans, keys.run(name))
    const model = planned === null ? undefined : await load(planned)
    if (!model) continue
    const run = await recordOf(state, name)
    const rows: CountedPost[] = []
    await classify(objects, run, model, ({ post, cascade }) => {
      if (rows.length <= MOST_KEPT) rows.push({ post, exact: () => cascade })
    })
    if (rows.length <= MOST_KEPT) passed.set(keys.run(run), rows)
    predictions.add(keys.predictions(run))
    classified.push(name.run)
  }
  return true
}

/** The model that the first batch of a run was planned with; null if none was live, undefined if there is no plan. */
const plannedModel = (plans: readonly PlanRecord[], run: string): string | null | undefined =>
  plans.find(({ runs }) => runs.includes(run))?.model

/** Count the runs of a day. OBJECT_INVALID if its pages lack posts. */
async function countRuns(state: State, date: string): Promise<CountedDay> {
  const { objects, labels, passed } = state
  const names = state.runs.get(date) ?? []
  // A post in overlapping runs counts once.
  const seen = names.length > 1 ? new Set<string>() : undefined
  const isAsked = askedAbout(await state.plans.between(date, date), state.names, date)
  const runs: RunCount[] = []
  for (const name of names) {
    const run = await recordOf(state, name)
    const how = { labels, isAsked, seen, posts: rowsOf(passed.get(keys.run(run))) }
    const one = await countRun(objects, run, how)
    if (!one) {
      throw new BellwetherError(
        'OBJECT_INVALID',
        `${keys.run(run)}: its pages have another number of posts than run.json says: compare their checksums`,
      )
    }
    for (const post of one.posts) seen?.add(post)
    runs.push(one)
  }
  const day = { ...(nameOn(state, date) ?? state.names[0]), date }
  return { ...day, labels: [...labels], runs: runs.map(({ run }) => run) }
}

const rowsOf = (rows: readonly CountedPost[] | undefined): Readable | undefined => rows && Readable.from(rows)

/** Messages of a day that a plan asks about, for this stream or another: a message counts in each that has it. */
function askedAbout(plans: readonly PlanRecord[], names: StreamNames, date: string): (item: string) => boolean {
  const [{ hashtag }] = names
  const isOfDay = isOf(names, date)
  const asked = new Set<string>()
  for (const { items, draws } of plans) {
    for (const one of items) if (one.date === date && one.hashtags.includes(hashtag)) asked.add(one.item)
    for (const draw of draws) {
      if (isOfDay(draw)) for (const { item } of draw.members) asked.add(item)
    }
  }
  return (item) => asked.has(item)
}

async function write(state: State, day: CountedDay): Promise<CountedDay> {
  const key = keys.facts(day)
  const body = factsBytes(day)
  const etag = await replace(state.objects, key, body, state.facts.get(key)?.etag)
  state.facts.set(key, { etag, size: body.length })
  return state.memory.of(`${key} ${etag}`, body.length, async () => day)
}

/** The record of a run, which never changes. */
function recordOf({ objects, memory }: State, run: RunName): Promise<RunRecord> {
  const key = keys.run(run)
  return memory.of(key, RECORD_BYTES, () => readListed(objects, key, runRecord))
}

const RECORD_BYTES = 2000

/** The objects under prefixes that a date follows, from that date on. */
async function listed(
  objects: Pick<Objects, 'list'>,
  starts: readonly string[],
  from: string,
): Promise<Map<string, Version>> {
  const found = new Map<string, Version>()
  for (const start of starts) {
    // A key of that date continues after the date, so it sorts after the date alone.
    for await (const { key, etag, size } of objects.list(start, `${start}${from}`)) found.set(key, { etag, size })
  }
  return found
}

function byDate(listedKeys: Iterable<string>): Map<string, RunName[]> {
  const runs = new Map<string, RunName[]>()
  const inOrder = (a: RunName, b: RunName) => (`${a.run} ${streamLabel(a)}` < `${b.run} ${streamLabel(b)}` ? -1 : 1)
  for (const key of listedKeys) {
    const found = keys.run.match(key)
    if (found) runs.set(found.date, [...(runs.get(found.date) ?? []), found].sort(inOrder))
  }
  return runs
}

/** A day is stored under the name of its runs; if they have several, under the current one. */
const nameOn = ({ names, runs }: State, date: string): StreamName | undefined => {
  const labels = new Set((runs.get(date) ?? []).map(streamLabel))
  return names.find((name) => labels.has(streamLabel(name)))
}
