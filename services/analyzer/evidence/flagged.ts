import { concurrently } from '../../../shared/concurrently'
import { keys } from '../../../shared/keys'
import type { Labels } from '../../../shared/labels'
import type { Memory } from '../../../shared/memory'
import { type Objects, parseJson } from '../../../shared/objects'
import { refusedLine } from '../../../shared/records'

const READS_AT_ONCE = 4
const ITEM_BYTES = 40

/** The items without a category: annotators of these batches flagged them, or the owner decided so. */
export async function itemsOfNone(
  ports: { objects: Pick<Objects, 'read'>; memory: Memory },
  batches: readonly string[],
  { neither }: Pick<Labels, 'neither'>,
): Promise<Set<string>> {
  return new Set([...(await flaggedItems(ports, batches)), ...neither.keys()])
}

/** The items of settled batches that annotators flagged. They never change. */
async function flaggedItems(
  { objects, memory }: { objects: Pick<Objects, 'read'>; memory: Memory },
  batches: readonly string[],
): Promise<Set<string>> {
  const flaggedIn = async (batch: string): Promise<readonly string[]> => {
    const key = keys.settledRefused({ batch })
    const lines = (await objects.read(key))?.body.toString('utf8').split('\n') ?? []
    return lines.flatMap((line) => {
      if (line === '') return []
      const { item, reason } = parseJson(line, refusedLine, key)
      return item !== null && reason === 'flagged' ? [item] : []
    })
  }
  const found = await concurrently(batches, READS_AT_ONCE, (batch) =>
    memory.of(
      `flagged in ${batch}`,
      (items) => ITEM_BYTES * (1 + items.length),
      () => flaggedIn(batch),
    ),
  )
  return new Set(found.flat())
}
