import { z } from 'zod'
import { modelTrained, trainingFailed } from '../../events'
import type { Publish } from '../../shared/bus'
import type { Invocation } from '../../shared/door'
import type { Engine } from '../../shared/engines/engine'
import { BellwetherError } from '../../shared/errors'
import { keys } from '../../shared/keys'
import type { Objects } from '../../shared/objects'
import type { Enqueue } from '../../shared/queue'
import { type DatasetRecord, type TrainingRecord, trainingRecord } from '../../shared/records'
import type { Settings } from '../../shared/settings'
import type { Table } from '../../shared/table'
import { type ConnectedTrainer, trainerFor } from './trainers'
import type { Ran } from './trainers/trainer'
import { type ConfiguredEngine, engineFor, nameOf } from './engine-for'
import { jobName } from './job'
import { noteEnd, notePark, noteStart } from '../../shared/state/training-jobs'
import { remedyFor } from './remedy'
import { tuned, tuningOf } from './tuning'

export interface LaunchPorts {
  stage: string
  objects: Pick<Objects, 'bucket' | 'read' | 'readJson' | 'exists' | 'create' | 'list'>
  table: Pick<Table, 'create' | 'get' | 'update'>
  engines: readonly Engine[]
  trainers: readonly ConnectedTrainer[]
  publish: Publish
  enqueue: Enqueue
  settings: Pick<Settings, 'training' | 'caps' | 'labelling'>
}

/** One attempt: the content of a queue message while the attempt waits for a quota. */
export const attemptRequest = z.strictObject({
  attempt: z.int().positive(),
  spot: z.boolean(),
  /** When the job was requested first. */
  since: z.iso.datetime(),
  entrant: z
    .string()
    .describe('As in the name of the job; absent for the first engine of the configuration.')
    .optional(),
})
export type Attempt = z.infer<typeof attemptRequest>

/** The result for one engine. */
export type EngineOutcome =
  | { status: 'started' | 'running' | 'trained' | 'parked'; job: string }
  | { status: 'failed'; job: string; reason: string }
  | { status: 'skipped'; reason: string }
  | { status: 'put-off'; datasetId: string }
  | { status: 'ignored' }

/** The result for the first engine of the configuration, and for the others if there are any. */
export type TrainingOutcome = EngineOutcome & { others?: Record<string, EngineOutcome> }

const RETRY_SECONDS = 900
const PATIENCE_MS = 24 * 3_600_000

/** Start one attempt on a dataset. Idempotent: an attempt that was started already is left alone. */
export async function launch(
  ports: LaunchPorts,
  dataset: DatasetRecord,
  { attempt, spot, since, entrant }: Attempt,
  { now, log }: Pick<Invocation, 'now' | 'log'>,
): Promise<TrainingOutcome> {
  const { stage, objects, table, enqueue, settings } = ports
  const { datasetId } = dataset
  const job = jobName(stage, { datasetId, attempt, entrant })
  const choice = choose(ports, dataset, entrant)
  const trainer = 'reason' in choice ? settings.training.trainer : choice.trainer.name
  const name = 'reason' in choice ? nameOf(settings.training, entrant) : choice.engine.name
  const failed: Failed = { job, datasetId, entrant, engine: name }
  await noteStart(table, job, { datasetId, attempt, spot, trainer, since, entrant, engine: name }, now)
  if ('reason' in choice) return fail(ports, failed, choice.reason)

  const { engine, configured, trainer: at } = choice
  const hyperparameters = await tuned(objects, dataset, engine, configured, settings.training, log)
  const started = await at.training.start({ job, dataset, engine, hyperparameters, spot })
  if (started.state === 'running') return { status: 'started', job }
  if (started.state === 'failed') return fail(ports, failed, started.reason)
  if (started.state === 'trained') {
    await announceTraining(ports, await trainingRecordOf(objects, job, dataset, trainer, started.ran, now))
    return { status: 'trained', job }
  }

  const { reason } = started
  if (now.getTime() - Date.parse(since) >= PATIENCE_MS) return fail(ports, failed, reason)
  log.warn('no quota for a training job yet', { job, reason, since })
  await enqueue({ datasetId, parked: { attempt, spot, since, entrant } }, RETRY_SECONDS)
  await notePark(table, job)
  return { status: 'parked', job }
}

interface Choice extends ConfiguredEngine {
  trainer: ConnectedTrainer
}

/** The engine and the trainer for a dataset, or why none can train. */
function choose(
  { engines, trainers, settings }: LaunchPorts,
  dataset: DatasetRecord,
  entrant: string | undefined,
): Choice | { reason: string } {
  try {
    const chosen = engineFor(dataset, settings.training, engines, entrant)
    const trainer = trainerFor(chosen.engine, settings.training.trainer, trainers)
    return trainer
      ? { ...chosen, trainer }
      : { reason: `no trainer can train ${chosen.engine.name}; correct training.engines` }
  } catch (error) {
    if (error instanceof BellwetherError && error.code === 'SETTINGS_INVALID') return { reason: error.message }
    throw error
  }
}

/** `training.json` of what ran. */
export async function trainingRecordOf(
  objects: Pick<Objects, 'list' | 'readJson'>,
  job: string,
  dataset: DatasetRecord,
  trainer: string,
  ran: Ran,
  now: Date,
): Promise<TrainingRecord> {
  const tuning = await tuningOf(objects, dataset, ran.engine, ran.hyperparameters)
  const { datasetId, textVersion, prior = null } = dataset
  return { job, datasetId, recordedAt: now.toISOString(), textVersion, trainer, ...ran, prior, tuning }
}

/** Store the record, unless it is stored, and publish that the model is there. */
export async function announceTraining(
  { objects, table, publish }: Pick<LaunchPorts, 'objects' | 'table' | 'publish'>,
  record: TrainingRecord,
): Promise<void> {
  const { job, datasetId } = record
  const trainingKey = keys.training({ job })
  const created = await objects.create(trainingKey, `${JSON.stringify(record, null, 2)}\n`)
  // Another run may have stored it first, with other seconds.
  const kept = created === 'created' ? record : await objects.readJson(trainingKey, trainingRecord)
  const { engine, artefact, trainSeconds, billableSeconds } = kept
  await publish(modelTrained, { job, datasetId, engine, trainingKey, artefact, trainSeconds, billableSeconds })
  await noteEnd(table, job)
}

/** Publish again that a model is there: the first invocation may have crashed between the record and the event. */
export async function announceAgain(
  ports: Pick<LaunchPorts, 'objects' | 'table' | 'publish'>,
  job: string,
): Promise<TrainingOutcome> {
  const trainingKey = keys.training({ job })
  if (await ports.objects.exists(trainingKey)) {
    await announceTraining(ports, await ports.objects.readJson(trainingKey, trainingRecord))
  }
  return { status: 'trained', job }
}

/** An attempt that ended without a model. */
export interface Failed {
  job: string
  datasetId: string
  entrant: string | undefined
  /** The engine that was to be trained. */
  engine: string
}

/** Publish that the attempt ended without a model, and what a person can do. */
export async function fail(
  { table, publish }: Pick<LaunchPorts, 'table' | 'publish'>,
  { job, datasetId, entrant, engine }: Failed,
  reason: string,
): Promise<TrainingOutcome> {
  await publish(trainingFailed, { job, datasetId, engine, reason, remedy: remedyFor(reason, datasetId) })
  await noteEnd(table, job, { datasetId, engine, ...(entrant === undefined ? {} : { entrant }) })
  return { status: 'failed', job, reason }
}
