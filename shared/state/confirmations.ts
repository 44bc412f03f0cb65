import { z } from 'zod'
import type { Table } from '../table'
import { rowKind } from './row'

export const confirmationRow = rowKind({
  pk: 'labeling',
  sk: 'again#{item}',
  meaning: 'The only batch that may ask for one more judgement of an item with a doubtful label.',
  attributes: z.object({ batch: z.string() }),
})

/** Claim an item for one more judgement. False when another batch has claimed it; a claim never ends. */
export async function claimConfirmation(
  table: Pick<Table, 'create' | 'get'>,
  item: string,
  batch: string,
): Promise<boolean> {
  await table.create({ ...confirmationRow.key({ item }), batch })
  return (await confirmationRow.read(table, { item }))?.batch === batch
}

/** Items that other batches have claimed for one more judgement. */
export async function confirmedByOthers(table: Pick<Table, 'query'>, batch: string): Promise<Set<string>> {
  const items = new Set<string>()
  for await (const { parts, row } of confirmationRow.all(table)) if (row.batch !== batch) items.add(parts.item)
  return items
}

/** Remove the claims on items without a remaining post; returns how many there were. */
export async function forgetConfirmations(
  table: Pick<Table, 'getMany' | 'remove'>,
  items: readonly string[],
): Promise<number> {
  const rows = await table.getMany(items.map((item) => confirmationRow.key({ item })))
  for (const { pk, sk } of rows) await table.remove({ pk, sk })
  return rows.length
}
