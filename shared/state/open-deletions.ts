import { z } from 'zod'
import type { Table } from '../table'
import { rowKind } from './row'

export const openDeletionsRow = rowKind({
  pk: 'privacy',
  sk: 'open',
  meaning:
    'Requests for deletion that are not done, and live models that go once they are replaced: asked for each hour.',
  attributes: z.object({
    open: z
      .set(z.string())
      .optional()
      .transform((set) => set ?? new Set<string>()),
  }),
})
const KEY = openDeletionsRow.key({})

/** Note what is unfinished. Idempotent. */
export async function noteOpen(table: Pick<Table, 'update'>, names: readonly string[]): Promise<void> {
  if (names.length > 0) await table.update(KEY, { add: { open: new Set(names) } })
}

export async function noteDone(table: Pick<Table, 'update'>, names: readonly string[]): Promise<void> {
  if (names.length > 0) await table.update(KEY, { deleteFrom: { open: new Set(names) } })
}
