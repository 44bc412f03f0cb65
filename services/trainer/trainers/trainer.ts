import type { Engine, Hyperparameters } from '../../../shared/engines/engine'
import type { Objects } from '../../../shared/objects'
import type { DatasetRecord, TrainingRecord } from '../../../shared/records'
import type { TrainerSettings, TrainerTerms } from '../../../shared/trainers/terms'
import type { SageMakerJobs } from './sagemaker/jobs'

/** The environment of a trainer. */
export interface TrainerPorts {
  stage: string
  region: string
  /** The IAM role of a SageMaker job. */
  roleArn: string
  objects: Pick<Objects, 'bucket' | 'read' | 'create'>
  jobs: SageMakerJobs
  settings: TrainerSettings
}

/** One attempt to train on a dataset. */
export interface TrainingOrder {
  job: string
  dataset: DatasetRecord
  engine: Engine
  hyperparameters: Hyperparameters
  /** Whether it may wait for cheaper capacity. */
  spot: boolean
}

/** What ran, for `training.json`. */
export type Ran = Omit<TrainingRecord, 'job' | 'datasetId' | 'textVersion' | 'trainer' | 'prior' | 'tuning'>

/** The result of an order. `waiting`: a quota is used up, and the same order may succeed later. */
export type OrderOutcome =
  { state: 'running' } | { state: 'trained'; ran: Ran } | { state: 'waiting' | 'failed'; reason: string }

/**
 * The state of an attempt. `outwaited`: no cheaper capacity came in time, and the next attempt should not wait for it.
 */
export type AttemptState =
  { state: 'running' } | { state: 'trained'; ran: Ran } | { state: 'failed'; reason: string; outwaited: boolean }

/** A trainer, bound to a stage. */
export interface TrainerInStage {
  /** Start an attempt, or run it to its end. Idempotent: the same job is not started a second time. */
  start(order: TrainingOrder): Promise<OrderOutcome>
  /** The state of an attempt; undefined where this trainer does not know it. */
  find(job: string): Promise<AttemptState | undefined>
}

/** Where training runs. docs/extending.md shows how to add one. */
export interface Trainer extends TrainerTerms {
  connect(ports: TrainerPorts): TrainerInStage
}
