import { concurrently } from '../../shared/concurrently'
import type { Table } from '../../shared/table'
import { permanentRandom } from '../../shared/text/cascade'
import { claim } from './judgements'
import {
  answeredBy,
  type BatchRow,
  changeItem,
  isWhole,
  type ItemRow,
  openBatches,
  readBatch,
  readChunks,
  readItems,
} from './store'

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
 * Hand out up to `count` items that this annotator may judge, and keep them for a while: those that the annotator has
 * already and did not answer, and others in the order of their hashes, from a place of the annotator's own where there
 * are many. An item is never with more annotators than the judgements it still needs.
 */
export async function handOut(
  table: Pick<Table, 'get' | 'getMany' | 'update' | 'query'>,
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

/** How far each open batch is, and what the annotator gave to it. */
export async function progress(table: Pick<Table, 'get' | 'getMany' | 'query'>, annotator: string) {
  const batches = await openBatches(table)
  return concurrently(batches, 4, async (name) => {
    const batch = await readBatch(table, name)
    const chunks = await readChunks(table, name, batch?.chunks ?? [])
    return {
      batch: name,
      deadline: batch?.deadline ?? null,
      items: batch?.items ?? 0,
      complete: chunks.reduce((sum, { complete }) => sum + complete.size, 0),
      yours: await answeredBy(table, name, annotator),
    }
  })
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

/** First what the annotator was given before, then in the order of the ids, which are hashes. */
const byTurn = (annotator: string) => (a: ItemRow, b: ItemRow) =>
  Number(b.claims[annotator] !== undefined) - Number(a.claims[annotator] !== undefined) || (a.item < b.item ? -1 : 1)

/** Annotators begin at different chunks, so that many of them do not ask for the same rows. */
function rotated(chunks: readonly string[], annotator: string): string[] {
  const at = Math.floor(permanentRandom(annotator) * chunks.length)
  return [...chunks.slice(at), ...chunks.slice(0, at)]
}
