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
import type { Ran, Training } from '../../shared/trainers/trainer'
import { hyperparametersOf } from './hyperparameters'
import { jobName } from './job'
import { noteEnd, notePark, noteStart } from '../../shared/state/training-jobs'
import { remedyFor } from './remedy'
import { tuned, tuningOf } from './tuning'

export interface Ports {
  stage: string
  objects: Pick<Objects, 'bucket' | 'read' | 'readJson' | 'exists' | 'create' | 'list'>
  table: Pick<Table, 'create' | 'get' | 'update'>
  /** By the names that `training.trainer` may have. */
  trainers: ReadonlyMap<string, Training>
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

/** Start one attempt on a dataset. Idempotent: an attempt that was started already is found started. */
export async function launch(
  ports: Ports,
  dataset: DatasetRecord,
  { attempt, spot, since }: Attempt,
  { now, log }: Pick<Invocation, 'now' | 'log'>,
): Promise<Outcome> {
  const { stage, objects, table, trainers, enqueue, settings } = ports
  const { datasetId } = dataset
  const { trainer } = settings.training
  const job = jobName(stage, { datasetId, attempt })
  await noteStart(table, job, { datasetId, attempt, spot, trainer }, now)

  let hyperparameters: Record<string, string>
  try {
    const configured = hyperparametersOf(settings.training.hyperparameters)
    hyperparameters = await tuned(objects, dataset, configured, settings.training, log)
  } catch (error) {
    if (!(error instanceof FastTextError)) throw error
    return fail(ports, job, datasetId, `hyperparameters: ${error.message}`)
  }

  const started = await trainers.get(trainer)?.start({ job, dataset, hyperparameters, spot })
  if (!started) return fail(ports, job, datasetId, `there is no trainer ${trainer}: correct training.trainer`)
  if (started.state === 'running') return { status: 'started', job }
  if (started.state === 'failed') return fail(ports, job, datasetId, started.reason)
  if (started.state === 'trained') {
    await announce(ports, await recordOf(objects, job, dataset, trainer, started.ran))
    return { status: 'trained', job }
  }

  const { reason } = started
  if (now.getTime() - Date.parse(since) >= PATIENCE_MS) return fail(ports, job, datasetId, reason)
  log.warn('no quota for a training job yet', { job, reason, since })
  await enqueue({ datasetId, parked: { attempt, spot, since } }, RETRY_SECONDS)
  await notePark(table, job)
  return { status: 'parked', job }
}

/** `training.json` of what ran. */
export async function recordOf(
  objects: Pick<Objects, 'list' | 'readJson'>,
  job: string,
  dataset: DatasetRecord,
  trainer: string,
  ran: Ran,
): Promise<TrainingRecord> {
  const tuning = await tuningOf(objects, dataset, ran.hyperparameters)
  const { datasetId, textVersion } = dataset
  return { job, datasetId, textVersion, trainer, ...ran, tuning }
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

/** Publish again that a model is there: the first invocation may have crashed between the record and the event. */
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
