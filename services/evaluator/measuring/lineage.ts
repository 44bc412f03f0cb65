import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Engine } from '../../../shared/engines/engine'
import { concurrently } from '../../../shared/concurrently'
import { keys } from '../../../shared/keys'
import { asRecorded, findJson, type Objects } from '../../../shared/objects'
import {
  type CardRecord,
  type DatasetRecord,
  planRecord,
  runRecord,
  type TrainingRecord,
} from '../../../shared/records'

type Bucket = Pick<Objects, 'read' | 'stream' | 'exists'>

/** How many objects are requested at a time: there are several for each day of labels. */
const WIDTH = 16

/**
 * Every object that a model is made of, with its hash, from the labels to the artefact; and the list of the labels'
 * ids.
 */
export async function lineageOf(
  objects: Bucket,
  dataset: DatasetRecord,
  training: TrainingRecord,
  artefactSha256: string | undefined,
): Promise<CardRecord['lineage']> {
  const { datasetId, manifests, manifestHashes, files, sha256, examples } = dataset
  const read = [
    ...manifests,
    keys.dataset({ dataset: datasetId }),
    ...(training.tuning === null ? [] : [training.tuning]),
    keys.training({ job: training.job }),
  ]
  const hashed = await concurrently(read, WIDTH, async (key) => ({
    key,
    // The formatter's record has the hashes; only for a dataset of an earlier release the manifests are read.
    sha256: manifestHashes?.[key] ?? (await hashOf(objects, key)),
  }))
  const written = (['train', 'validation', 'evaluation'] as const).map((part) => ({
    key: files[part],
    sha256: sha256[part],
  }))
  const learnt = examples ? [examples.train, examples.validation] : []
  const artefact =
    artefactSha256 === undefined ? [] : [{ key: keys.artefact({ job: training.job }), sha256: artefactSha256 }]
  return {
    inputs: [...hashed, ...written, ...learnt, ...artefact],
    labels: await labelsOf(objects, datasetId),
  }
}

/**
 * Dollars paid for the labels of a dataset, for reading the posts that they were drawn from, and for the training; and
 * the cost of a prediction of the engine.
 */
export async function costOf(
  objects: Pick<Objects, 'read'>,
  { manifests }: DatasetRecord,
  { costUsd }: TrainingRecord,
  engine: Pick<Engine, 'costOfMillionPosts'> | undefined,
): Promise<CardRecord['cost']> {
  const batches = manifests.flatMap((key) => keys.settledManifest.match(key)?.batch ?? [])
  const qualities = await readAll(
    objects,
    batches.map((batch) => keys.quality({ batch })),
    priced,
  )
  const plans = await readAll(
    objects,
    batches.map((batch) => keys.plan({ batch })),
    planRecord.pick({ runs: true }),
  )
  const runs = [...new Set(plans.flatMap(({ runs: ofPlan }) => ofPlan))].sort()
  return {
    labelsUsd: sumOf(qualities),
    readsUsd: sumOf(await readAll(objects, runs, runRecord.pick({ costUsd: true }))),
    trainingUsd: costUsd,
    millionPosts: engine?.costOfMillionPosts ?? null,
  }
}

const priced = z.object({ costUsd: z.number().nonnegative() })

/** The documents that exist of these, in their order: imported labels have neither plan nor quality. */
export async function readAll<S extends z.ZodType>(
  objects: Pick<Objects, 'read'>,
  names: readonly string[],
  schema: S,
): Promise<z.infer<S>[]> {
  const found = await concurrently(names, WIDTH, (key) => findJson(objects, key, schema))
  return found.filter((one) => one !== undefined)
}

/** Null means unknown, not free. Rounded to a millionth, so that the order of addition does not show. */
const sumOf = (paid: readonly { costUsd: number }[]): number | null =>
  paid.length === 0 ? null : Math.round(paid.reduce((sum, { costUsd }) => sum + costUsd, 0) * 1e6) / 1e6

/** Datasets of older releases have no labels.csv. */
async function labelsOf(objects: Bucket, dataset: string): Promise<CardRecord['lineage']['labels']> {
  const key = keys.datasetLabels({ dataset })
  if (!(await objects.exists(key))) return null
  let count = -1
  const hash = createHash('sha256')
  for await (const chunk of await objects.stream(key)) {
    const bytes = Buffer.from(chunk)
    hash.update(bytes)
    for (const byte of bytes) if (byte === LINE_END) count++
  }
  return { key, sha256: hash.digest('hex'), count }
}

const LINE_END = 10

async function hashOf(objects: Bucket, key: string): Promise<string> {
  const body = await objects.stream(key)
  const hash = createHash('sha256')
  for await (const chunk of body) hash.update(Buffer.from(chunk))
  return asRecorded(hash.digest('hex'), body.rewriting)
}
