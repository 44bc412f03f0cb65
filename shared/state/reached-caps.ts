import { z } from 'zod'
import type { Table } from '../table'
import { rowKind } from './row'

export const reachedCapRow = rowKind({
  pk: 'budget#{cap}',
  sk: '{period}',
  meaning: 'BudgetReached was published for a cap in a UTC day or month, so that it is published once.',
  attributes: z.object({}),
})

type Reached = Record<'cap' | 'period', string>

/** Whether the event of this cap and period was published. */
export const isAnnounced = async (table: Pick<Table, 'get'>, { cap, period }: Reached): Promise<boolean> =>
  (await reachedCapRow.read(table, { cap, period })) !== undefined

/** Call it after the publication: an invocation that stops in between publishes the same event again. */
export async function markAnnounced(table: Pick<Table, 'create'>, { cap, period }: Reached): Promise<void> {
  await table.create({ ...reachedCapRow.key({ cap, period }) })
}
