import { concurrently } from '../../shared/concurrently'
import type { Table } from '../../shared/table'
import { permanentRandom } from '../../shared/text/cascade'
import { claim, type Given, judgementsOf } from '../../shared/state/desk-item'
import {
  answeredBy,
  answeredToday,
  type BatchRow,
  changeItem,
  isWhole,
  type ItemRow,
  openBatches,
  readBatch,
  readChunks,
  readItems,
} from '../../shared/state/desk'

/** What an annotator is shown: the post and nothing of where it is from, so that nothing but the post decides. */
export interface Shown {
  batch: string
  item: string
  text: string
}

export interface HandedOut {
  items: Shown[]
  /** The categories of each batch that an item is of. */
  categories: Record<string, BatchRow['categories']>
}

/** How long an item stays with an annotator who does not answer. */
export const CLAIM_MS = 20 * 60_000

/**
 * Hand out up to `count` items that this annotator may judge, and keep them for a while, from a place of the annotator's
 * own where there are many. An item is never with more annotators than the judgements it still needs.
 */
export async function handOut(
  table: Pick<Table, 'get' | 'getMany' | 'update'>,
  annotator: string,
  count: number,
  nowMs: number,
): Promise<HandedOut> {
  const items: Shown[] = []
  const categories: HandedOut['categories'] = {}
  for (const name of await openBatches(table)) {
    const batch = await readBatch(table, name)
    if (!batch) continue
    const chunks = batch.chunks.filter((chunk) => !batch.complete.has(chunk))
    for (const chunk of rotated(chunks, annotator)) {
      if (items.length === count) break
      const rows = await claimWithin(table, name, chunk, annotator, count - items.length, nowMs)
      items.push(...rows.map(({ item, source }) => ({ batch: name, item, text: source })))
      if (rows.length > 0) categories[name] = batch.categories
    }
  }
  return { items, categories }
}

/** What an annotator gave, to be looked at again. */
export interface Answered extends Shown {
  given: Given
  revision: number
}

/** The last items that the annotator answered today and may still change, the latest first. */
export async function answeredLately(
  table: Pick<Table, 'get' | 'getMany'>,
  annotator: string,
  count: number,
  now: Date,
): Promise<{ items: Answered[]; categories: HandedOut['categories'] }> {
  const places = await answeredToday(table, annotator, now)
  const names = [...new Set(places.map(({ batch }) => batch))].sort()
  const found = await concurrently(names, 4, async (name) => {
    const within = places.filter(({ batch }) => batch === name).map(({ item }) => item)
    const [batch, rows] = await Promise.all([readBatch(table, name), readItems(table, name, within)])
    return { name, batch, rows: [...rows.values()].filter(({ closed }) => !closed) }
  })
  const items = found
    .flatMap(({ name, rows }) =>
      rows.flatMap(({ item, source, answers }) => {
        const answer = answers[annotator]
        return answer ? [{ batch: name, item, text: source, ...answer }] : []
      }),
    )
    .sort((a, b) => (a.at === b.at ? 0 : a.at < b.at ? 1 : -1))
    .slice(0, count)
    .map(({ batch, item, text, given, revision }) => ({ batch, item, text, given, revision }))
  const categories = found.flatMap(({ name, batch }) => (batch ? [[name, batch.categories] as const] : []))
  return { items, categories: Object.fromEntries(categories) }
}

/** How far each open batch is, and what the annotator gave to it; and how much the annotator gave today. */
export async function progress(table: Pick<Table, 'get' | 'getMany'>, annotator: string, now: Date) {
  const [names, today] = await Promise.all([openBatches(table), answeredToday(table, annotator, now)])
  const batches = await concurrently(names, 4, async (name) => {
    const [batch, yours] = await Promise.all([readBatch(table, name), answeredBy(table, name, annotator)])
    const chunks = await readChunks(table, name, batch?.chunks ?? [])
    const complete = chunks.flatMap((chunk) => [...chunk.complete])
    return {
      batch: name,
      deadline: batch?.deadline ?? null,
      items: batch?.items ?? 0,
      complete: complete.length,
      yours: yours.size,
      /** Those of which the annotator is asked no more: answered by them, or complete without. */
      done: new Set([...complete, ...yours]).size,
    }
  })
  return { today: today.length, batches }
}

async function claimWithin(
  table: Pick<Table, 'getMany' | 'get' | 'update'>,
  batch: string,
  chunk: string,
  annotator: string,
  wanted: number,
  nowMs: number,
): Promise<ItemRow[]> {
  const [row] = await readChunks(table, batch, [chunk])
  if (!row || isWhole(row)) return []
  const rows = await readItems(
    table,
    batch,
    row.items.filter((item) => !row.complete.has(item)),
  )
  const take = (asked: ItemRow) => claim(asked, annotator, nowMs, nowMs + CLAIM_MS)
  const open = [...rows.values()].filter((asked) => take(asked) !== undefined).sort(byTurn(annotator))
  const claimed: ItemRow[] = []
  while (claimed.length < wanted && open.length > 0) {
    const tried = open.splice(0, wanted - claimed.length)
    const got = await concurrently(tried, 16, (asked) =>
      changeItem(table, asked, batch, (now) => claim(now, annotator, nowMs, nowMs + CLAIM_MS) ?? 'taken'),
    )
    claimed.push(...got.flatMap((one) => (one === 'taken' ? [] : [one])))
  }
  return claimed
}

/**
 * First what the annotator was given before; then what others have judged already, so that a batch that ends early has
 * few items with half of their judgements; then by a hash of item and annotator, so that people do not meet.
 */
const byTurn = (annotator: string) => (a: ItemRow, b: ItemRow) =>
  Number(b.claims[annotator] !== undefined) - Number(a.claims[annotator] !== undefined) ||
  judgementsOf(b).length - judgementsOf(a).length ||
  permanentRandom(a.item, annotator) - permanentRandom(b.item, annotator)

/** Annotators begin at different chunks, so that many of them do not ask for the same rows. */
function rotated(chunks: readonly string[], annotator: string): string[] {
  const at = Math.floor(permanentRandom(annotator) * chunks.length)
  return [...chunks.slice(at), ...chunks.slice(0, at)]
}
