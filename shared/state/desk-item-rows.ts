import { z } from 'zod'
import { concurrently } from '../concurrently'
import { BellwetherError } from '../errors'
import type { Table } from '../table'
import { type AskedItem, isComplete, storedItem } from './desk-item'
import { rowKind } from './row'

/** Rows of batches that were opened before items shared a row with their chunk. */
export const deskItemRow = rowKind({
  pk: 'desk#{batch}',
  sk: 'item#{item}',
  meaning: 'An item of a batch that was opened before items shared a row; the desk moves it into the row of its chunk.',
  attributes: storedItem.extend({
    item: z.string(),
    source: z.string(),
    version: z.int(),
    closed: z.boolean(),
    moved: z.enum(['open', 'closed']).optional().describe('What the item was when it moved into the row of its chunk.'),
  }),
})
type ItemRow = z.infer<typeof deskItemRow.attributes>

/**
 * A batch has a deadline of at most ten days, so this file can be deleted when every stack has been deployed for that
 * long.
 */
export const deskChunkRow = rowKind({
  pk: 'desk#{batch}',
  sk: 'chunk#{chunk}',
  meaning: 'Up to 100 item ids of such a batch, and which of them are complete.',
  attributes: z.object({
    items: z.array(z.string()),
    complete: z.set(z.string()).optional(),
    expiresAt: z.number(),
  }),
})

interface Place {
  batch: string
  chunks: readonly string[]
}

/** An item of such a batch, as a row of its chunk will hold it. */
export interface FormerItem {
  item: string
  source: string
  state: AskedItem & { complete: boolean; version: number }
}

/** The items of the batch, for reading only. */
export async function readItemRows(table: Pick<Table, 'getMany'>, place: Place): Promise<FormerItem[]> {
  const { rows, complete } = await rowsOf(table, place)
  return rows.map((row) => formerItem(row, complete))
}

/**
 * Freeze the items of the batch and return them: from here on an older version of the desk that still runs refuses
 * answers to them. Idempotent. `closed` where the batch was closed before.
 */
export async function upgradeItemRows(
  table: Pick<Table, 'get' | 'getMany' | 'update'>,
  place: Place,
): Promise<{ rows: FormerItem[]; closed: boolean; expiresAt: number }> {
  const { rows, complete, expiresAt } = await rowsOf(table, place)
  const frozen = await concurrently(rows, 16, (row) => freeze(table, place.batch, row))
  return {
    rows: frozen.map((row) => formerItem(row, complete)),
    // A batch whose closing was interrupted is closed again by the retry.
    closed: frozen.length > 0 && frozen.every(wasClosed),
    expiresAt,
  }
}

/** Take such rows out of a batch, or show their items by other texts; answers how many changed. */
export async function forgetItemRows(
  table: Pick<Table, 'query' | 'update' | 'remove'>,
  batch: string,
  verdict: (item: string, text: string) => 'stays' | 'goes' | { text: string },
): Promise<number> {
  const { pk, sk: prefix } = deskItemRow.key({ batch, item: '' })
  let changed = 0
  for await (const row of table.query(pk, prefix)) {
    const { item, source } = deskItemRow.parse(row)
    const now = verdict(item, source)
    if (now === 'stays' || (now !== 'goes' && now.text === source)) continue
    if (now === 'goes') await table.remove(row)
    else await table.update(row, { set: { source: now.text } })
    changed++
  }
  return changed
}

async function rowsOf(table: Pick<Table, 'getMany'>, { batch, chunks }: Place) {
  const found = await table.getMany(chunks.map((chunk) => deskChunkRow.key({ batch, chunk })))
  const within = found.map((row) => deskChunkRow.parse(row))
  const items = within.flatMap((chunk) => chunk.items)
  const rows = await table.getMany(items.map((item) => deskItemRow.key({ batch, item })))
  return {
    rows: rows.map((row) => deskItemRow.parse(row)),
    complete: new Set(within.flatMap((chunk) => [...(chunk.complete ?? [])])),
    expiresAt: within[0]?.expiresAt ?? 0,
  }
}

async function freeze(table: Pick<Table, 'get' | 'update'>, batch: string, row: ItemRow): Promise<ItemRow> {
  const key = deskItemRow.key({ batch, item: row.item })
  let current = row
  for (let attempt = 0; attempt < 50; attempt++) {
    if (current.moved) return current
    const written = await table.update(key, {
      set: { closed: true, moved: current.closed ? 'closed' : 'open', version: current.version + 1 },
      when: '#version = :version',
      values: { version: current.version },
    })
    const found = written ?? (await table.get(key))
    if (!found) break
    current = deskItemRow.parse(found)
  }
  throw new BellwetherError('CONFLICT', `item ${row.item} of batch ${batch} cannot be moved: retry`)
}

const wasClosed = ({ closed, moved }: ItemRow): boolean => (moved ? moved === 'closed' : closed)

function formerItem(row: ItemRow, complete: ReadonlySet<string>): FormerItem {
  const { item, source, wanted, most, before, claims, answers } = row
  const state = { wanted, most, ...(before ? { before } : {}), claims, answers, closed: wasClosed(row) }
  // An older function may have stored an answer without its count.
  return { item, source, state: { ...state, complete: complete.has(item) || isComplete(state, []), version: 0 } }
}
