import { z } from 'zod'
import type { Table } from '../table'

/** Row `labeling`, `again#<item>`: the only batch that may ask for one more judgement of an item with a doubtful label. */
const confirmationRow = z.object({ sk: z.string(), batch: z.string() })

const PARTITION = 'labeling'
const PREFIX = 'again#'
const keyOf = (item: string) => ({ pk: PARTITION, sk: `${PREFIX}${item}` })

/** Claim an item for one more judgement. False when another batch has claimed it; a claim never ends. */
export async function claimConfirmation(
  table: Pick<Table, 'create' | 'get'>,
  item: string,
  batch: string,
): Promise<boolean> {
  await table.create({ ...keyOf(item), batch })
  const row = await table.get(keyOf(item))
  return row !== undefined && confirmationRow.parse(row).batch === batch
}

/** Items that other batches have claimed for one more judgement. */
export async function confirmedByOthers(table: Pick<Table, 'query'>, batch: string): Promise<Set<string>> {
  const items = new Set<string>()
  for await (const item of table.query(PARTITION, PREFIX)) {
    const row = confirmationRow.parse(item)
    if (row.batch !== batch) items.add(row.sk.slice(PREFIX.length))
  }
  return items
}
