import type { z } from 'zod'
import { concurrently } from './concurrently'
import type { Key } from './keys'
import { keys, prefixes } from './keys'
import type { Objects } from './objects'
import { type DatasetRecord, datasetRecord, trainingRecord } from './records'

/** A document as it is stored, with the parts of its key. */
interface Found<P extends string, R> {
  key: string
  parts: NonNullable<ReturnType<Key<P>['match']>>
  record: R
  /** When it was put, as S3 lists it. */
  modified: Date
}

type Bucket = Pick<Objects, 'list' | 'readJson'>

/**
 * S3 lists whole seconds, and a copied bucket has the times of the copy. So S3's time only narrows the search: documents that
 * were put within a day of the newest are read, and what they say decides.
 */
const NARROW_MS = 86_400_000
const READS_AT_ONCE = 8

/** Datasets of labels that came shortly after each other, as when several batches are settled at once. */
const TOGETHER_MS = 60_000

/** What decides which of two datasets is the later one. */
export type Made = Pick<DatasetRecord, 'madeAt' | 'manifests'>

/** The dataset of the newest labels; undefined without datasets. */
export async function latestDataset(objects: Bucket): Promise<DatasetRecord | undefined> {
  const found = await recent(objects, prefixes.datasets, keys.dataset, datasetRecord)
  return latestOf(found, ({ record, modified }) => ({ madeAt: modified.toISOString(), ...record }))?.record
}

/**
 * Of the datasets that were made within a minute of the newest, the one of the most manifests: formatters that run at the
 * same time may end in another order than they read the labels in.
 */
export function latestOf<T>(datasets: readonly T[], madeOf: (one: T) => Made): T | undefined {
  const timed = datasets.map((dataset) => {
    const { madeAt = '1970-01-01T00:00:00.000Z', manifests } = madeOf(dataset)
    return { dataset, at: Date.parse(madeAt), manifests: manifests.length }
  })
  const newest = Math.max(...timed.map(({ at }) => at))
  return timed
    .filter(({ at }) => at >= newest - TOGETHER_MS)
    .sort((a, b) => b.manifests - a.manifests || b.at - a.at)[0]?.dataset
}

/** The job whose training was recorded last; undefined without one. */
export async function latestTraining(objects: Bucket): Promise<string | undefined> {
  const found = await recent(objects, prefixes.models, keys.training, trainingRecord)
  const recordedAt = ({ record, modified }: (typeof found)[number]) =>
    record.recordedAt === undefined ? modified.getTime() : Date.parse(record.recordedAt)
  return found.sort((a, b) => recordedAt(b) - recordedAt(a))[0]?.parts.job
}

/** The documents of a kind that were put within a day of the newest, in the reverse order of listing. */
async function recent<P extends string, S extends z.ZodType>(
  objects: Bucket,
  prefix: string,
  kind: Key<P>,
  schema: S,
): Promise<Found<P, z.infer<S>>[]> {
  const listed: Omit<Found<P, unknown>, 'record'>[] = []
  for await (const { key, modified } of objects.list(prefix)) {
    const parts = kind.match(key)
    if (parts) listed.push({ key, modified, parts })
  }
  const newest = Math.max(...listed.map(({ modified }) => modified.getTime()))
  const near = listed.filter(({ modified }) => modified.getTime() >= newest - NARROW_MS).reverse()
  return concurrently(near, READS_AT_ONCE, async (one) => ({ ...one, record: await objects.readJson(one.key, schema) }))
}
