import { z } from 'zod'
import { concurrently } from '../concurrently'
import type { Table } from '../table'
import { rowKind } from './row'

export const tombstoneRow = rowKind({
  pk: 'tombstone#{mark}',
  sk: 'tombstone',
  meaning: 'A post or an author that was deleted and must not be collected again, by a keyed hash of its id.',
  attributes: z.object({ at: z.iso.datetime() }),
})

export const anyTombstoneRow = rowKind({
  pk: 'tombstones',
  sk: 'any',
  meaning: 'Something was deleted: without this row nobody has to look for tombstones.',
  attributes: z.object({ at: z.iso.datetime() }),
})

/** How many rows are written at a time. */
const WIDTH = 16

/** Keep posts and authors with these marks from coming back. Idempotent. */
export async function bury(table: Pick<Table, 'create'>, marks: readonly string[], at: Date): Promise<void> {
  if (marks.length === 0) return
  await table.create({ ...anyTombstoneRow.key({}), at: at.toISOString() })
  await concurrently(marks, WIDTH, (mark) => table.create({ ...tombstoneRow.key({ mark }), at: at.toISOString() }))
}

/** Whether there is any tombstone. */
export const hasTombstones = async (table: Pick<Table, 'get'>): Promise<boolean> =>
  (await anyTombstoneRow.read(table, {})) !== undefined

/** The marks among these that have a tombstone. */
export async function buriedAmong(table: Pick<Table, 'getMany'>, marks: readonly string[]): Promise<Set<string>> {
  const rows = await table.getMany(marks.map((mark) => tombstoneRow.key({ mark })))
  return new Set(rows.map((row) => tombstoneRow.partsOf(row).mark))
}
