import { concurrently } from '../../shared/concurrently'
import { openDeskBatches, readDeskBatch, readChunks } from '../../shared/state/desk'
import { isComplete } from '../../shared/state/desk-item'
import { invitedAt, type Person, revoke } from '../../shared/state/people'
import type { Table } from '../../shared/table'
import type { Ended } from './shown'

interface Ports {
  table: Pick<Table, 'get' | 'getMany' | 'update'>
  /** Has labeling settle a batch with what was answered by now. */
  closeBatch: (batch: string) => Promise<void>
}

/** End the links and sessions of a person in one role, and close the batches that nobody who is left can answer. */
export async function endLink({ table, closeBatch }: Ports, { name, role }: Person, now: Date): Promise<Ended> {
  const wasInvited = await revoke(table, name, [role])
  const { annotators } = await invitedAt(table, now.getTime())
  // Where nobody is left at all, the owner will invite somebody.
  const isAsked = role === 'annotator' && annotators.length > 0
  const closing = isAsked ? await answeredByAll(table, annotators) : []
  await concurrently(closing, 4, closeBatch)
  return { revoked: name, wasInvited, closing }
}

/** Batches at the desk of which every item has all the answers that these annotators can give. */
async function answeredByAll(table: Ports['table'], annotators: readonly string[]): Promise<string[]> {
  const found = await concurrently(await openDeskBatches(table), 4, async (batch) => {
    const row = await readDeskBatch(table, batch)
    const items = row ? (await readChunks(table, row)).flatMap((chunk) => [...chunk.items.values()]) : []
    return items.length > 0 && items.every((item) => isComplete(item, annotators)) ? [batch] : []
  })
  return found.flat()
}
