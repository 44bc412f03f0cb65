import { z } from 'zod'
import { concurrently } from '../concurrently'
import { BellwetherError } from '../errors'
import type { Table } from '../table'
import { type Asked, storedItem } from './desk-item'

/**
 * Rows of batches that were opened before items shared a row with their chunk:
 *
 * | pk             | sk          | holds                                                    |
 * | -------------- | ----------- | -------------------------------------------------------- |
 * | `desk#<batch>` | `chunk#<n>` | up to 100 item ids, and which of them are complete       |
 * | `desk#<batch>` | `item#<id>` | text, claims, answers, `closed`, `version`; once, `moved` |
 *
 * A batch has a deadline of ten days at most, so this file can go when every stack has been deployed for that long.
 */
const itemRow = storedItem.extend({
  item: z.string(),
  source: z.string(),
  version: z.int(),
  closed: z.boolean(),
  moved: z.enum(['open', 'closed']).optional().describe('What the item was when it moved into the row of its chunk.'),
})
type ItemRow = z.infer<typeof itemRow>
const chunkRow = z.object({
  items: z.array(z.string()),
  complete: z.set(z.string()).optional(),
  expiresAt: z.number(),
})

interface Place {
  batch: string
  chunks: readonly string[]
}

/** An item of such a batch, as a row of its chunk will hold it. */
export interface FormerItem {
  item: string
  source: string
  state: Asked & { complete: boolean }
}

/** The items of the batch, to be read and not changed. */
export async function readItemRows(table: Pick<Table, 'getMany'>, place: Place): Promise<FormerItem[]> {
  const { rows, complete } = await rowsOf(table, place)
  return rows.map((row) => formerItem(row, complete))
}

/**
 * Freeze the items of the batch and give them as they stay: an older version of the desk that is still answering refuses
 * answers to them from here on. Idempotent. `closed` where the batch was closed before.
 */
export async function upgradeItemRows(
  table: Pick<Table, 'get' | 'getMany' | 'update'>,
  place: Place,
): Promise<{ rows: FormerItem[]; closed: boolean; expiresAt: number }> {
  const { rows, complete, expiresAt } = await rowsOf(table, place)
  const frozen = await concurrently(rows, 16, (row) => freeze(table, place.batch, row))
  return {
    rows: frozen.map((row) => formerItem(row, complete)),
    // A batch whose closing was cut off is closed again by the retry.
    closed: frozen.length > 0 && frozen.every(wasClosed),
    expiresAt,
  }
}

async function rowsOf(table: Pick<Table, 'getMany'>, { batch, chunks }: Place) {
  const pk = `desk#${batch}`
  const found = await table.getMany(chunks.map((name) => ({ pk, sk: `chunk#${name}` })))
  const within = found.map((row) => chunkRow.parse(row))
  const items = within.flatMap((chunk) => chunk.items)
  const rows = await table.getMany(items.map((item) => ({ pk, sk: `item#${item}` })))
  return {
    rows: rows.map((row) => itemRow.parse(row)),
    complete: new Set(within.flatMap((chunk) => [...(chunk.complete ?? [])])),
    expiresAt: within[0]?.expiresAt ?? 0,
  }
}

async function freeze(table: Pick<Table, 'get' | 'update'>, batch: string, row: ItemRow): Promise<ItemRow> {
  const key = { pk: `desk#${batch}`, sk: `item#${row.item}` }
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
    current = itemRow.parse(found)
  }
  throw new BellwetherError('CONFLICT', `item ${row.item} of batch ${batch} cannot be moved: retry`)
}

const wasClosed = ({ closed, moved }: ItemRow): boolean => (moved ? moved === 'closed' : closed)

function formerItem(row: ItemRow, complete: ReadonlySet<string>): FormerItem {
  const { item, source, wanted, most, before, claims, answers } = row
  const state = { wanted, most, ...(before ? { before } : {}), claims, answers }
  return { item, source, state: { ...state, closed: wasClosed(row), complete: complete.has(item) } }
}
