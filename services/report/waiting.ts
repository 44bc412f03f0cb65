import { concurrently } from '../../shared/concurrently'
import type { Table } from '../../shared/table'
import { readBatch, readChunks } from '../../shared/state/desk'
import { openBatches } from '../../shared/state/open-batches'
import type { WaitingBatch } from './overview'

/** The batches that people are still asked about, and how far they are. A labeller other than the desk counts by itself. */
export async function waitingBatches(table: Pick<Table, 'get' | 'getMany' | 'query'>): Promise<WaitingBatch[]> {
  const open = await openBatches(table)
  const started = open.filter((one) => one.started).slice(0, 10)
  return concurrently(started, 4, async ({ batch, deadline }) => {
    const atDesk = await readBatch(table, batch)
    if (!atDesk) return { batch, deadline, items: null, answered: null }
    const chunks = await readChunks(table, batch, atDesk.chunks)
    const answered = chunks.reduce((sum, { complete }) => sum + complete.size, 0)
    return { batch, deadline, items: atDesk.items, answered }
  })
}
