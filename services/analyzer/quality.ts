import { byBatch, isOfADay } from '../../shared/batches'
import { keys, prefixes } from '../../shared/keys'
import type { Objects } from '../../shared/objects'
import { type QualityRecord, qualityRecord } from '../../shared/records'

/** How good the labels were found after the last batch of posts of this UTC day or before; nothing before the first. */
export async function latestQuality(
  objects: Pick<Objects, 'list' | 'readJson'>,
  date: string,
  schemaVersion: number,
): Promise<Pick<QualityRecord, 'status' | 'reasons'> | undefined> {
  const found: string[] = []
  for await (const { key } of objects.list(prefixes.labeled)) {
    const batch = keys.quality.match(key)?.batch
    if (batch !== undefined && isOfADay(batch) && batch.slice(0, 10) <= date) found.push(batch)
  }
  for (const batch of found.sort(byBatch).reverse()) {
    const quality = await objects.readJson(keys.quality({ batch }), qualityRecord)
    if (quality.schemaVersion === schemaVersion) return quality
  }
  return undefined
}
