import { z } from 'zod'
import type { Table } from '../table'
import { expiryOf, rowKind } from './row'

const KEPT_DAYS = 30

export const recoveryRequestRow = rowKind({
  pk: 'reconciler',
  sk: '{loss}',
  meaning: 'How often the reconciler has asked for one piece of lost work.',
  attributes: z.object({ asks: z.int(), expiresAt: z.number().describe('Seconds since the epoch.') }),
})

/** Count one more request for the work that `loss` names. False, and no count, when `most` are used up. */
export async function countRequest(
  table: Pick<Table, 'update'>,
  loss: string,
  most: number,
  now: Date,
): Promise<boolean> {
  const counted = await table.update(recoveryRequestRow.key({ loss }), {
    add: { asks: 1 },
    set: { expiresAt: expiryOf(now, KEPT_DAYS) },
    when: 'attribute_not_exists(pk) OR #asks < :most',
    values: { most },
  })
  return counted !== undefined
}
