import { z } from 'zod'
import { modelTrained, trainingFailed } from '../../events'
import type { Publish } from '../../shared/bus'
import type { Invocation } from '../../shared/door'
import { FastTextError } from '../../shared/fasttext'
import { keys } from '../../shared/keys'
import type { Objects } from '../../shared/objects'
import type { Enqueue } from '../../shared/queue'
import { type DatasetRecord, type TrainingRecord, trainingRecord } from '../../shared/records'
import type { Settings } from '../../shared/settings'
import type { Table } from '../../shared/table'
import { trainingJobOf } from './blazingtext'
import { hyperparametersOf } from './hyperparameters'
import { BLAZINGTEXT_REGIONS, blazingTextImage } from '../../shared/image'
import { jobName } from './job'
import type { TrainingJobs } from './jobs'
import { noteEnd, notePark, noteStart } from '../../shared/state/training-jobs'
import { remedyFor } from './remedy'
import { trainHere } from './train-here'
import { tuned, tuningOf } from './tuning'

export interface Ports {
  stage: string
  region: string
  roleArn: string
  objects: Pick<Objects, 'bucket' | 'read' | 'readJson' | 'exists' | 'create' | 'list'>
  table: Pick<Table, 'create' | 'get' | 'update'>
  jobs: TrainingJobs
  publish: Publish
  enqueue: Enqueue
  settings: Pick<Settings, 'training' | 'caps' | 'labelling'>
}

/** One attempt: what a message of the queue carries while it waits for a quota. */
export const attemptRequest = z.strictObject({
  attempt: z.int().positive(),
  spot: z.boolean(),
  /** When a job was asked for first. */
  since: z.iso.datetime(),
})
export type Attempt = z.infer<typeof attemptRequest>

export type Outcome =
  | { status: 'started' | 'running' | 'trained' | 'parked'; job: string }
  | { status: 'failed'; job: string; reason: string }
  | { status: 'skipped'; reason: string }
  | { status: 'ignored' }

const RETRY_SECONDS = 900
const PATIENCE_MS = 24 * 3_600_000

/** Start one attempt on a dataset. Who starts the same attempt again finds it started. */
export async function launch(
  ports: Ports,
  dataset: DatasetRecord,
  { attempt, spot, since }: Attempt,
  { now, log }: Pick<Invocation, 'now' | 'log'>,
): Promise<Outcome> {
  const { stage, region, objects, table, jobs, enqueue, settings } = ports
  const { datasetId } = dataset
  const job = jobName(stage, { datasetId, attempt })
  await noteStart(table, job, { datasetId, attempt, spot }, now)

  let hyperparameters: Record<string, string>
  try {
    const configured = hyperparametersOf(settings.training.hyperparameters)
    hyperparameters = await tuned(objects, dataset, configured, settings.training, log)
  } catch (error) {
    if (!(error instanceof FastTextError)) throw error
    return fail(ports, job, datasetId, `hyperparameters: ${error.message}`)
  }

  if (settings.training.trainer === 'lambda') {
    const tuning = await tuningOf(objects, dataset, hyperparameters)
    const trained = await trainHere(objects, job, dataset, { hyperparameters, tuning })
    if ('reason' in trained) return fail(ports, job, datasetId, trained.reason)
    await announce(ports, trained)
    return { status: 'trained', job }
  }

  const image = blazingTextImage(region)
  if (!image) {
    const regions = BLAZINGTEXT_REGIONS.join(', ')
    return fail(ports, job, datasetId, `BlazingText is not offered in the region ${region}; it is in ${regions}`)
  }
  const place = { stage, bucket: objects.bucket, roleArn: ports.roleArn, image }
  const created = await jobs.create(trainingJobOf(job, dataset, place, settings, hyperparameters, spot))
  if (created.outcome === 'refused') return fail(ports, job, datasetId, created.message)
  if (created.outcome !== 'limited') return { status: 'started', job }

  if (now.getTime() - Date.parse(since) >= PATIENCE_MS) return fail(ports, job, datasetId, created.message)
  log.warn('no quota for a training job yet', { job, reason: created.message, since })
  await enqueue({ datasetId, parked: { attempt, spot, since } }, RETRY_SECONDS)
  await notePark(table, job)
  return { status: 'parked', job }
}

/** Keep what ran, if it is not kept yet, and say that the model is there. */
export async function announce(
  { objects, table, publish }: Pick<Ports, 'objects' | 'table' | 'publish'>,
  record: TrainingRecord,
): Promise<void> {
  const { job, datasetId } = record
  const trainingKey = keys.training({ job })
  const created = await objects.create(trainingKey, `${JSON.stringify(record, null, 2)}\n`)
  // Another run may have kept it first, with other seconds.
  const kept = created === 'created' ? record : await objects.readJson(trainingKey, trainingRecord)
  const { artefact, trainSeconds, billableSeconds } = kept
  await publish(modelTrained, { job, datasetId, trainingKey, artefact, trainSeconds, billableSeconds })
  await noteEnd(table, job)
}

/** Say again that a model is there, for whoever died between keeping what ran and saying so. */
export async function announceAgain(
  ports: Pick<Ports, 'objects' | 'table' | 'publish'>,
  job: string,
): Promise<Outcome> {
  const trainingKey = keys.training({ job })
  if (await ports.objects.exists(trainingKey)) {
    await announce(ports, await ports.objects.readJson(trainingKey, trainingRecord))
  }
  return { status: 'trained', job }
}

/** Say that the attempt ended without a model, and what a person can do. */
export async function fail(
  { table, publish }: Pick<Ports, 'table' | 'publish'>,
  job: string,
  datasetId: string,
  reason: string,
): Promise<Outcome> {
  await publish(trainingFailed, { job, datasetId, reason, remedy: remedyFor(reason, datasetId) })
  await noteEnd(table, job)
  return { status: 'failed', job, reason }
}
