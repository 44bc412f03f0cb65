import { isOfADay } from '../batches'
import type { BatchQuality } from './manifests'
import type { Labels } from './snapshot'

/**
 * How far the labels can be relied on: the measurement over most batches, of equal ones that of the last batch. With
 * `upTo` only measurements after batches of that UTC day or before count. Nothing where no batch of this version was measured.
 */
export function latestQuality(
  { batches }: Pick<Labels, 'batches'>,
  schemaVersion: number,
  upTo?: string,
): BatchQuality | undefined {
  let latest: BatchQuality | undefined
  for (const { batch, quality } of batches) {
    if (quality?.schemaVersion !== schemaVersion) continue
    if (upTo !== undefined && !(isOfADay(batch) && batch.slice(0, 10) <= upTo)) continue
    if (!latest || quality.over >= latest.over) latest = quality
  }
  return latest
}
