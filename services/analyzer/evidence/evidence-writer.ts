import { BellwetherError } from '../../../shared/errors'
import { keys } from '../../../shared/keys'
import type { Labels } from '../../../shared/labels'
import type { Memory } from '../../../shared/memory'
import type { Objects } from '../../../shared/objects'
import type { EvidenceRecord } from '../../../shared/records'
import type { StreamNames } from '../../../shared/streams'
import type { DayBook } from '../reports/day-book'
import { weekStart, weekTo } from '../days'
import { type Draft, replace } from '../reports/draft'
import { evidenceOf, labelsOfMessages, shownIn } from './evidence'
import type { CountedDay } from '../facts/facts'
import { itemsOfNone } from './flagged'
import { readWantedMessages, type ReadMessages } from './messages'
import type { Plans } from '../facts/samples'
import { isBelow, mergedTallies, type Tally } from '../facts/tally'
import { dayAfter } from '../../../shared/utc-day'

interface Sources {
  objects: Pick<Objects, 'read' | 'stream' | 'swap'>
  memory: Memory
  /** Names of the labels, in their order. */
  labels: readonly string[]
  standing: Pick<Labels, 'labels' | 'neither'>
  /** Batches that are settled. */
  settled: ReadonlySet<string>
  plans: Plans
  book: DayBook
}

/** How many random messages of a day are read, and how many of those with the most posts. */
const MOST_READ = 20_000
const MOST_REPEATED = 300
/** The most posts whose pages are read for one day's evidence; of busier weeks only the newest days are read. */
const MOST_POSTS = 300_000

/** A day whose messages were read. */
interface ReadDay extends ReadMessages {
  part: number
}

/**
 * Writes the evidence for the shares of a day, unless its report is unchanged and has evidence. Days whose posts have expired
 * keep their evidence. CONFLICT if another writer was first.
 */
export function evidenceWriter(
  sources: Sources,
  names: StreamNames,
): (draft: Pick<Draft, 'report' | 'isSame'>) => Promise<void> {
  const days = new Map<string, Promise<ReadDay>>()
  const { objects, book } = sources
  return async ({ report: { date }, isSame }) => {
    const key = keys.evidence({ ...(book.nameOn(date) ?? names[0]), date })
    const before = await objects.read(key)
    if (isSame && before) return
    const evidence = await unlessExpired(() => composed(sources, names, days, date))
    if (!evidence) return
    const body = `${JSON.stringify(evidence, null, 1)}\n`
    if (before?.body.toString('utf8') === body) return
    await replace(objects, key, body, before?.etag)
  }
}

async function composed(
  { objects, memory, labels, standing, settled, plans, book }: Sources,
  names: StreamNames,
  days: Map<string, Promise<ReadDay>>,
  date: string,
): Promise<EvidenceRecord> {
  const week = weekTo(date)
  const from = weekStart(date)
  const counted = await Promise.all(week.map((one) => book.facts(one)))
  const earlier = await Promise.all(weekTo(dayAfter(from, -1)).map((one) => book.stored(one)))
  const classes = labels.length
  const tallyOf = (some: readonly (CountedDay | undefined)[]): Tally =>
    mergedTallies(
      some.flatMap((day) => day?.runs.map(({ tally }) => tally) ?? []),
      classes,
    )
  const tallies = { day: tallyOf(counted.slice(-1)), week: tallyOf(counted), before: tallyOf(earlier) }
  const batches = (await plans.between(from, date)).flatMap(({ batch }) => (settled.has(batch) ? [batch] : []))
  const labelOf = labelsOfMessages(labels, standing.labels, await itemsOfNone({ objects, memory }, batches, standing))
  const shown = shownIn({ labels, labelOf, tallies })

  const read: ReadMessages = { messages: new Map(), handles: new Set() }
  let part = 1
  let posts = 0
  const found: ReadDay[] = []
  for (const day of counted.toReversed()) {
    const tally = tallyOf([day])
    if (!day || tally.posts === 0) continue
    posts += tally.posts
    if (posts > MOST_POSTS && day.date !== date) break
    const reading = days.get(day.date) ?? readDay({ objects, book }, day.date, tally)
    days.set(day.date, reading)
    found.push(await reading)
  }
  for (const one of found.toReversed()) {
    part = Math.min(part, one.part)
    addTo(read, one)
  }
  // A message that moved a share by disappearing has no posts in these seven days.
  const wanted = [...shown.values()].flatMap(({ messages, moves }) => [...messages, ...moves])
  const missing = new Set(wanted.flatMap(({ item }) => (read.messages.has(item) ? [] : [item])))
  for (const day of earlier) {
    if (!day || !day.runs.some(({ tally }) => [...missing].some((item) => tally.kept.has(item)))) continue
    const isMissing = (item: string) => missing.has(item)
    const gone = await unlessExpired(async () => readWantedMessages(objects, await book.records(day.date), isMissing))
    if (gone) addTo(read, gone)
  }
  const day = { ...(book.nameOn(date) ?? names[0]), date }
  return evidenceOf({ day, from, labels, labelOf, tallies, shown, read: read.messages, handles: read.handles, part })
}

async function readDay(
  { objects, book }: Pick<Sources, 'objects' | 'book'>,
  date: string,
  tally: Tally,
): Promise<ReadDay> {
  const part = Math.min(tally.below, MOST_READ / Math.max(MOST_READ, tally.kept.size / tally.below))
  const repeated =
    part === 1
      ? new Set<string>()
      : new Set(
          [...tally.kept]
            .sort(([, a], [, b]) => b.posts - a.posts)
            .slice(0, MOST_REPEATED)
            .map(([item]) => item),
        )
  const isWanted = (item: string) => isBelow(part, item) || repeated.has(item)
  return { ...(await readWantedMessages(objects, await book.records(date), isWanted)), part }
}

/** A message is shown by the post of the earliest day that has it. */
function addTo({ messages, handles }: ReadMessages, found: ReadMessages): void {
  for (const [item, message] of found.messages) if (!messages.has(item)) messages.set(item, message)
  for (const handle of found.handles) handles.add(handle)
}

async function unlessExpired<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof BellwetherError && error.code === 'OBJECT_MISSING') return undefined
    throw error
  }
}
