import type { Engine, Hyperparameters } from '../../../shared/engines/engine'
import type { Objects } from '../../../shared/objects'
import type { DatasetRecord, TrainingRecord } from '../../../shared/records'
import type { TrainerSettings, TrainerTerms } from '../../../shared/trainers/terms'
import type { SageMakerJobs } from './sagemaker/jobs'

/** What a trainer works with. A trainer takes from it what it needs. */
export interface TrainerPorts {
  stage: string
  region: string
  /** The role that a job of SageMaker runs as. */
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

/** What ran, as `training.json` keeps it. */
export type Ran = Omit<TrainingRecord, 'job' | 'datasetId' | 'textVersion' | 'trainer' | 'prior' | 'tuning'>

/** What became of an order. `waiting`: a quota is used up, and the same order may succeed later. */
export type OrderOutcome =
  { state: 'running' } | { state: 'trained'; ran: Ran } | { state: 'waiting' | 'failed'; reason: string }

/** Where an attempt stands. `outwaited`: it waited in vain for cheaper capacity, and the next attempt should not. */
export type AttemptState =
  { state: 'running' } | { state: 'trained'; ran: Ran } | { state: 'failed'; reason: string; outwaited: boolean }

/** A trainer at work in a stage. */
export interface TrainerInStage {
  /** Start an attempt, or run it to its end. Idempotent: the same job is not started a second time. */
  start(order: TrainingOrder): Promise<OrderOutcome>
  /** Where an attempt stands; undefined where this trainer has no memory of it. */
  find(job: string): Promise<AttemptState | undefined>
}

/** Where training runs. docs/extending.md shows how to add one. */
export interface Trainer extends TrainerTerms {
  connect(ports: TrainerPorts): TrainerInStage
}
