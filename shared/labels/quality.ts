import { isOfADay } from '../batches'
import type { BatchQuality, SettledBatch } from './manifests'

/**
 * How reliable the labels are: the measurement over most batches; of equal ones that of the last batch. With `upTo`,
 * only measurements after batches of that UTC day or before count. Undefined where no batch of this version was
 * measured.
 */
export function latestQuality(
  { batches }: { batches: readonly Pick<SettledBatch, 'batch' | 'quality'>[] },
  schemaVersion: number,
  upTo?: string,
): (BatchQuality & { batch: string }) | undefined {
  let latest: (BatchQuality & { batch: string }) | undefined
  for (const { batch, quality } of batches) {
    if (quality?.schemaVersion !== schemaVersion) continue
    if (upTo !== undefined && !(isOfADay(batch) && batch.slice(0, 10) <= upTo)) continue
    if (!latest || quality.over >= latest.over) latest = { batch, ...quality }
  }
  return latest
}
