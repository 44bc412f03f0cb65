import type { Cost } from '../cost'
import type { Objects } from '../objects'
import type { DatasetRecord, TrainingRecord } from '../records'
import type { SageMakerJobs } from './sagemaker/jobs'

/** What the configuration says about where training runs. */
export interface TrainerSettings {
  training: { instanceType: string; spot: boolean }
  caps: { trainingSeconds: number }
}

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
  hyperparameters: Readonly<Record<string, string>>
  /** Whether it may wait for cheaper capacity. */
  spot: boolean
}

/** What ran, as `training.json` keeps it. */
export type Ran = Omit<TrainingRecord, 'job' | 'datasetId' | 'textVersion' | 'trainer' | 'tuning'>

/** What became of an order. `waiting`: a quota is used up, and the same order may succeed later. */
export type Started =
  { state: 'running' } | { state: 'trained'; ran: Ran } | { state: 'waiting' | 'failed'; reason: string }

/** Where an attempt stands. `outwaited`: it waited in vain for cheaper capacity, and the next attempt should not. */
export type Found =
  { state: 'running' } | { state: 'trained'; ran: Ran } | { state: 'failed'; reason: string; outwaited: boolean }

/** A trainer at work in a stage. */
export interface Training {
  /** Start an attempt, or run it to its end. Idempotent: the same job is not started a second time. */
  start(order: TrainingOrder): Promise<Started>
  /** Where an attempt stands; undefined where this trainer has no memory of it. */
  find(job: string): Promise<Found | undefined>
}

/** Something that training needs and that a region or an account may lack. */
export type Need =
  | { check: string; isMet: boolean; found: string; remedy: string }
  /** A quota of SageMaker by its name in Service Quotas, which must be 1 or more. */
  | { quota: string; why: string; remedy: string }

/** Where training runs. docs/extending.md shows how to add one. */
export interface Trainer {
  /** As `training.trainer` spells it. */
  name: string
  connect(ports: TrainerPorts): Training
  /** Of one training a day. */
  costAtMost(settings: TrainerSettings): Cost
  needs(settings: TrainerSettings, region: string): Need[]
}
