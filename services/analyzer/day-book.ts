import { Readable } from 'node:stream'
import { BellwetherError } from '../../shared/errors'
import { keys } from '../../shared/keys'
import type { Memory } from '../../shared/memory'
import { type Objects, parseJson } from '../../shared/objects'
import { factsRecord, type RunRecord, runRecord } from '../../shared/records'
import { classify, type LiveModel } from './classify'
import { type Counted, countRun } from './count'
import { type CountedDay, countedDay, factsBytes } from './facts'
import type { Plans } from './samples'
import { textVersionOf } from './text-version'

/** The counted days of a hashtag, as one piece of work finds and leaves them. */
export interface DayBook {
  /** Dates that have a run, ascending. */
  dates: readonly string[]
  /**
   * The facts of a day as it is now: every run classified by the live model, where there is one, and counted, unless that
   * is more than there is time for; what was classified stays.
   */
  upToDate(date: string): Promise<CountedDay | 'no-time'>
  /** The facts of a day by whichever model classified it. Nothing for a day without runs, or with one that none did. */
  asItIs(date: string): Promise<CountedDay | undefined>
  /** The runs that were classified, by name. */
  classified: readonly string[]
}

interface Sources {
  objects: Pick<Objects, 'read' | 'exists' | 'stream' | 'list' | 'putStream' | 'swap'>
  memory: Memory
  /** Names of the labels, in their order. */
  labels: readonly string[]
  live: LiveModel | undefined
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
  /** By key. */
  predictions: Map<string, Version>
  facts: Map<string, Version>
  /** Small files of predictions that were just written, by key: they are counted next. */
  written: Map<string, string>
  classified: string[]
}

/** Characters of a file of predictions that is kept to be counted, rather than read again. */
const MOST_KEPT = 1_000_000

/** Open the days of a hashtag from a date on. */
export async function openDayBook(sources: Sources, hashtag: string, from: string): Promise<DayBook> {
  const { objects, live } = sources
  const [runs, predictions, facts] = await Promise.all([
    listed(objects, keys.run.start({ hashtag }), from),
    live ? listed(objects, keys.predictions.start({ hashtag }), from) : new Map<string, Version>(),
    listed(objects, keys.facts.start({ hashtag }), from),
  ])
  const state: State = {
    ...sources,
    hashtag,
    runs: byDate(runs.keys()),
    predictions,
    facts,
    written: new Map(),
    classified: [],
  }
  const found = new Map<string, CountedDay | undefined>()
  return {
    dates: [...state.runs.keys()].sort(),
    classified: state.classified,
    upToDate: async (date) => {
      const day = await upToDate(state, date)
      if (day !== 'no-time') found.set(date, day)
      return day
    },
    asItIs: async (date) => {
      if (!found.has(date)) found.set(date, await asItIs(state, date))
      return found.get(date)
    },
  }
}

async function upToDate(state: State, date: string): Promise<CountedDay | 'no-time'> {
  const { live } = state
  const before = await storedFacts(state, date)
  if (before && (!live || before.model === live.job) && (await isCurrent(state, before))) return before
  if (live && !(await classifyOutdated(state, date, live, before))) return 'no-time'
  const counted = await countRuns(state, date)
  if (counted !== 'uncountable' && (!live || counted.model === live.job)) return write(state, counted)
  // Predictions that were cut short, or are by a model that no facts tell of.
  if (live && !(await classifyAll(state, date, live))) return 'no-time'
  const again = await countRuns(state, date)
  if (again !== 'uncountable') return write(state, again)
  const run = keys.run.start({ hashtag: state.hashtag, date })
  throw new BellwetherError('OBJECT_INVALID', `${run}*/run.json: the pages do not have as many posts as it says`)
}

async function asItIs(state: State, date: string): Promise<CountedDay | undefined> {
  const names = state.runs.get(date) ?? []
  if (names.length === 0) return undefined
  const before = await storedFacts(state, date)
  if (before && (await isCurrent(state, before))) return before
  if (state.live && names.some((run) => etagOf(state, date, run) === null)) return undefined
  const counted = await countRuns(state, date)
  return counted === 'uncountable' ? undefined : write(state, counted)
}

/** What was counted before, where that can be read. */
async function storedFacts({ objects, memory, facts, hashtag }: State, date: string): Promise<CountedDay | undefined> {
  const key = keys.facts({ hashtag, date })
  const version = facts.get(key)
  if (!version) return undefined
  return memory.of(`${key} ${version.etag}`, version.size, async () => {
    const parsed = factsRecord.safeParse(jsonOf((await objects.read(key))?.body.toString('utf8')))
    return parsed.success ? countedDay(parsed.data) : undefined
  })
}

/** Would counting again find what these facts say? */
async function isCurrent(state: State, { date, labels, runs }: CountedDay): Promise<boolean> {
  const isSame = (one: readonly string[], other: readonly string[]) => one.join('\n') === other.join('\n')
  if (!isSame(labels, state.labels)) return false
  const names = runs.map(({ run }) => run)
  if (!isSame(names, state.runs.get(date) ?? [])) return false
  if (runs.some(({ run, predictions }) => predictions !== etagOf(state, date, run))) return false
  for (const { run, cascades } of runs) {
    const key = keys.cascades({ hashtag: state.hashtag, date, run })
    if (!cascades && (await state.objects.exists(key))) return false
  }
  return true
}

/** Classify the runs that the live model has not, as far as listing and facts tell. False when the time is over. */
async function classifyOutdated(
  state: State,
  date: string,
  live: LiveModel,
  before: CountedDay | undefined,
): Promise<boolean> {
  for (const name of state.runs.get(date) ?? []) {
    const etag = etagOf(state, date, name)
    const isOthers =
      before?.model !== live.job && before?.runs.some((one) => one.run === name && one.predictions === etag)
    if ((etag === null || isOthers) && !(await classifyRun(state, await recordOf(state, date, name), live)))
      return false
  }
  return true
}

async function classifyAll(state: State, date: string, live: LiveModel): Promise<boolean> {
  for (const name of state.runs.get(date) ?? []) {
    const run = await recordOf(state, date, name)
    const counted = await countRun(withWritten(state), run, { ...(await howOf(state, run)), seen: undefined })
    if (counted && [...counted.models].every((job) => job === live.job)) continue
    if (!(await classifyRun(state, run, live))) return false
  }
  return true
}

/** False when the time is over; the first run of a piece of work is always classified. */
async function classifyRun(state: State, run: RunRecord, live: LiveModel): Promise<boolean> {
  if (state.classified.length > 0 && !state.hasTime()) return false
  const { objects, written } = state
  const copy = copying(MOST_KEPT)
  const putStream: Objects['putStream'] = (key, body, type) => objects.putStream(key, copy.passing(body), type)
  const etag = await classify({ ...objects, putStream }, run, live)
  const key = keys.predictions(run)
  state.predictions.set(key, { etag, size: 0 })
  const text = copy.text()
  if (text !== undefined) written.set(key, text)
  state.classified.push(run.run)
  return true
}

/** Keeps what passes, unless it is more than that. */
function copying(most: number) {
  let text: string | undefined = ''
  return {
    passing: async function* (body: AsyncIterable<string | Uint8Array>) {
      for await (const chunk of body) {
        const fits = typeof chunk === 'string' && text !== undefined && text.length + chunk.length <= most
        text = fits ? `${text}${chunk}` : undefined
        yield chunk
      }
    },
    text: () => text,
  }
}

/** The bucket, without a request for predictions that were just written. */
const withWritten = ({ objects, written }: State): Pick<Objects, 'stream'> => ({
  stream: async (key) => {
    const text = written.get(key)
    return text === undefined ? objects.stream(key) : Readable.from([text])
  },
})

/** Count the runs of a day. Not where predictions do not have all its posts, or are by several models. */
async function countRuns(state: State, date: string): Promise<CountedDay | 'uncountable'> {
  const { hashtag, live, labels } = state
  const names = state.runs.get(date) ?? []
  // A post that overlapping runs have counts once.
  const seen = names.length > 1 ? new Set<string>() : undefined
  const counted: Counted[] = []
  for (const name of names) {
    const run = await recordOf(state, date, name)
    const one = await countRun(withWritten(state), run, { ...(await howOf(state, run)), seen })
    if (!one) return 'uncountable'
    for (const post of one.posts) seen?.add(post)
    counted.push(one)
  }
  const models = [...new Set(counted.flatMap(({ models: all }) => [...all]))]
  if (models.length > 1) return 'uncountable'
  const isScored = counted.some(({ run }) => run.predictions !== null)
  // Predictions of no posts are anybody's.
  const model = isScored ? (models[0] ?? live?.job ?? null) : null
  const textVersion = model === null ? null : await textVersionBy(state, model)
  return { hashtag, date, model, textVersion, labels: [...labels], runs: counted.map(({ run }) => run) }
}

const textVersionBy = ({ objects, memory, live }: State, model: string): Promise<string | null> =>
  live?.job === model
    ? Promise.resolve(live.textVersion)
    : memory.of(`text version of ${model}`, model.length, () => textVersionOf(objects, model))

async function howOf(state: State, { hashtag, date, run }: RunRecord) {
  const asked = new Set<string>()
  for (const { items, draws } of await state.plans.between(date, date)) {
    for (const one of items) if (one.date === date && one.hashtags.includes(hashtag)) asked.add(one.item)
    for (const draw of draws) {
      if (draw.date === date && draw.hashtag === hashtag) for (const { item } of draw.members) asked.add(item)
    }
  }
  const isAsked = (item: string) => asked.has(item)
  return { labels: state.labels, isAsked, predictions: etagOf(state, date, run) }
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

/** ETag of the predictions of a run, or null where there are none. */
const etagOf = ({ predictions, hashtag }: State, date: string, run: string): string | null =>
  predictions.get(keys.predictions({ hashtag, date, run }))?.etag ?? null

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

function jsonOf(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}
