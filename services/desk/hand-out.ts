import { byBatch } from '../../shared/batches'
import { concurrently } from '../../shared/concurrently'
import {
  answeredToday,
  type BatchRow,
  changeChunk,
  type Chunk,
  type ChunkItem,
  chunksOf,
  type DeskItemName,
  isWhole,
  openDeskBatches,
  batchForChange,
  readChunks,
  readChunkWithTexts,
} from '../../shared/state/desk'
import { claim, judgementsOf } from '../../shared/state/desk-item'
import type { Table } from '../../shared/table'
import { permanentRandom } from '../../shared/text/cascade'
import type { AnsweredItem, ShownItem } from './shown'

export interface HandedOut {
  items: ShownItem[]
  /** The categories of each batch that an item belongs to. */
  categories: Record<string, BatchRow['categories']>
}

type DeskTable = Pick<Table, 'get' | 'getMany' | 'create' | 'update'>

/** How long an item stays with an annotator who does not answer. */
const CLAIM_MS = 20 * 60_000

/**
 * Hand out up to `count` items that this annotator may judge, and claim them for CLAIM_MS. An item is never with more
 * annotators than it still needs judgements. Batches are ordered by their deadlines, and the items of a batch in the order in which
 * they were drawn: the answers at the deadline are then a smaller sample of the same design.
 */
export async function handOut(table: DeskTable, annotator: string, count: number, nowMs: number): Promise<HandedOut> {
  const items: ShownItem[] = []
  const categories: HandedOut['categories'] = {}
  const open = await concurrently(await openDeskBatches(table), 4, (name) => batchForChange(table, name))
  for (const batch of open.filter((one) => one !== undefined).sort(byUrgency)) {
    if (items.length === count) break
    const chunks = batch.chunks.filter((chunk) => !batch.complete.has(chunk))
    for (const chunk of batch.inTurn ? chunks : rotated(chunks, annotator)) {
      if (items.length === count) break
      const claimed = await claimWithin(table, batch, chunk, annotator, count - items.length, nowMs)
      items.push(...claimed)
      if (claimed.length > 0) categories[batch.batch] = batch.categories
    }
  }
  return { items, categories }
}

/**
 * The batch whose deadline is on an earlier UTC day comes first. Of those that end on the same day, the newest comes first: when several
 * days were collected at once, people want the share of the last one, and a few labels do not suffice for all of them.
 */
const byUrgency = (a: BatchRow, b: BatchRow): number =>
  compare(a.deadline.slice(0, 10), b.deadline.slice(0, 10)) ||
  compare(b.batch.slice(0, 10), a.batch.slice(0, 10)) ||
  byBatch(a.batch, b.batch)

const compare = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1)

/** The annotator's latest answers of today that may still be changed, newest first, and their total number. */
export async function answeredLately(
  table: DeskTable,
  annotator: string,
  count: number,
  now: Date,
): Promise<{ items: AnsweredItem[]; today: number; categories: HandedOut['categories'] }> {
  const today = await answeredToday(table, annotator, now)
  const names = [...new Set(today.map(({ batch }) => batch))].sort()
  const found = await concurrently(names, 4, (name) =>
    answeredIn(
      table,
      annotator,
      name,
      today.filter(({ batch }) => batch === name),
    ),
  )
  const items = found
    .flatMap(({ answers }) => answers)
    .sort((a, b) => (a.at === b.at ? 0 : a.at < b.at ? 1 : -1))
    .slice(0, count)
    .map(({ batch, item, text, given, revision, note }) => ({
      batch,
      item,
      text,
      given,
      revision,
      ...(note === undefined ? {} : { note }),
    }))
  const categories = found.flatMap(({ batch }) => (batch ? [[batch.batch, batch.categories] as const] : []))
  return { items, today: today.length, categories: Object.fromEntries(categories) }
}

/** The annotator's answers in a batch that may still be changed. */
async function answeredIn(table: DeskTable, annotator: string, name: string, today: readonly DeskItemName[]) {
  const batch = await batchForChange(table, name)
  if (!batch) return { batch, answers: [] }
  const places = await chunksOf(
    table,
    batch,
    today.map(({ item }) => item),
  )
  const chunks = [...new Set(places.values())]
  const read = await concurrently(chunks, 4, (chunk) => readChunkWithTexts(table, batch, chunk))
  const wanted = new Set(today.map(({ item }) => item))
  const answers = read.flatMap((found) =>
    [...(found?.chunk.items ?? [])].flatMap(([item, { answers: given, closed }]) => {
      const own = given[annotator]
      return own && !closed && wanted.has(item)
        ? [{ batch: name, item, text: found?.texts.get(item) ?? '', ...own }]
        : []
    }),
  )
  return { batch, answers }
}

/** The progress of each open batch, the annotator's part in it, and the annotator's number of answers today. */
export async function progress(table: DeskTable, annotator: string, now: Date) {
  const [names, today] = await Promise.all([openDeskBatches(table), answeredToday(table, annotator, now)])
  const batches = await concurrently(names, 4, async (name) => {
    const batch = await batchForChange(table, name)
    const chunks = batch ? await readChunks(table, batch) : []
    const items = chunks.flatMap((chunk) => [...chunk.items.values()])
    const isYours = ({ answers }: ChunkItem) => answers[annotator] !== undefined
    return {
      batch: name,
      deadline: batch?.deadline ?? null,
      items: batch?.items ?? 0,
      complete: items.filter(({ complete }) => complete).length,
      yours: items.filter(isYours).length,
      /** Items that need no answer of the annotator any more: answered, or complete without it. */
      done: items.filter((item) => item.complete || isYours(item)).length,
    }
  })
  return { today: today.length, batches }
}

async function claimWithin(
  table: DeskTable,
  batch: BatchRow,
  name: string,
  annotator: string,
  wanted: number,
  nowMs: number,
): Promise<ShownItem[]> {
  const found = await readChunkWithTexts(table, batch, name)
  if (!found || isWhole(found.chunk)) return []
  let claimed: ReadonlyMap<string, ChunkItem> = new Map()
  await changeChunk(table, batch.batch, found.chunk, (items) => {
    claimed = claimsOf(items, annotator, wanted, nowMs)
    return claimed
  })
  return [...claimed.keys()].map((item) => ({ batch: batch.batch, item, text: found.texts.get(item) ?? '' }))
}

/** The items to hand out next, with their claims, in display order. */
function claimsOf(
  items: Chunk['items'],
  annotator: string,
  wanted: number,
  nowMs: number,
): ReadonlyMap<string, ChunkItem> {
  const open = [...items].flatMap(([item, state]) => {
    const claimed = state.complete ? undefined : claim(state, annotator, nowMs, nowMs + CLAIM_MS)
    return claimed ? [{ item, state, claimed }] : []
  })
  return new Map(
    open
      .sort(byTurn(annotator))
      .slice(0, wanted)
      .map(({ item, claimed }) => [item, claimed]),
  )
}

/**
 * First the items that the annotator already holds, then in the order of the batch. Batches of older releases have no order: there,
 * items that others have already judged come first, and then a hash of item and annotator decides.
 */
const byTurn =
  (annotator: string) =>
  (a: { item: string; state: ChunkItem }, b: { item: string; state: ChunkItem }): number =>
    Number(b.state.claims[annotator] !== undefined) - Number(a.state.claims[annotator] !== undefined) ||
    (a.state.turn ?? 0) - (b.state.turn ?? 0) ||
    judgementsOf(b.state).length - judgementsOf(a.state).length ||
    permanentRandom(a.item, annotator) - permanentRandom(b.item, annotator)

/** In batches of older releases annotators start at different chunks. */
function rotated(chunks: readonly string[], annotator: string): string[] {
  const at = Math.floor(permanentRandom(annotator) * chunks.length)
  return [...chunks.slice(at), ...chunks.slice(0, at)]
}
