import { concurrently } from './concurrently'
import { isAnswered, readChunks, readDeskBatch } from './state/desk'
import { openBatches } from './state/open-batches'
import type { Table } from './table'

/** The open batches at the desk that these annotators cannot answer more of, by batch. */
export async function answeredBatches(
  table: Pick<Table, 'get' | 'getMany' | 'query'>,
  annotators: readonly string[],
): Promise<string[]> {
  const started = (await openBatches(table)).filter((one) => one.started)
  const answered = await concurrently(started, 4, async ({ batch }) => {
    const row = await readDeskBatch(table, batch)
    return row && isAnswered(await readChunks(table, row), annotators) ? [batch] : []
  })
  return answered.flat()
}
