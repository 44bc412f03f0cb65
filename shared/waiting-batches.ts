import { concurrently } from './concurrently'
import type { Table } from './table'
import { readProgress } from './state/desk'
import { openBatches } from './state/open-batches'
import type { WaitingBatch } from './waiting-batch'

/** The batches that wait for answers, and how far they are; a batch that is not at the desk has no counts. */
export async function waitingBatches(table: Pick<Table, 'get' | 'getMany' | 'query'>): Promise<WaitingBatch[]> {
  const open = await openBatches(table)
  const started = open.filter((one) => one.started).slice(0, 10)
  return concurrently(started, 4, async ({ batch, deadline }) => {
    const atDesk = await readProgress(table, batch)
    return { batch, deadline, items: atDesk?.items ?? null, answered: atDesk?.complete ?? null }
  })
}
