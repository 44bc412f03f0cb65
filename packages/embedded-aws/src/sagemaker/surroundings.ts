import { inspect } from 'node:util'
import { printable } from '../printable'
import type { Credentials } from '../access-keys'
import type { Denial } from '../iam/iam'
import type { CloudContext, Principal } from '../service'
import { filesOf, type JobFiles } from './job-files'
import type { Trainer } from './trainer'

/** A person's answer to an item, or undefined when that person does not answer. */
export type Annotate = (worker: string, item: string) => string | undefined

/** A line of a labelling job's input manifest, as it was read. */
export type ManifestLine = { source: string; [attribute: string]: unknown }

/** How the next training job ends instead of completing. */
export type TrainingMishap = 'spot-wait-exceeded' | 'runtime-exceeded' | { failure: string }

/** How a state-change event is delivered; SageMaker promises only best effort. */
export type EventFate = 'sent' | 'lost' | 'twice' | { lateMs: number }

/** Failures inside SageMaker's jobs, which a fault of a request cannot cause. */
export interface Mishaps {
  /** Each training job takes the first entry. */
  training: TrainingMishap[]
  /** Each request for a job takes the first entry and answers ResourceLimitExceeded. */
  limits: string[]
  /** Each labelling job takes the first reason and fails with it. */
  labeling: string[]
  fateOf(detailType: string, status: string): EventFate
}

/** How long a job takes by the cloud's clock, besides the work itself; milliseconds. */
export interface Durations {
  starting: number
  downloading: number
  uploading: number
  /** Between two of the four rewrites of a labelling job's manifest; at least 1. */
  labelingStep: number
}

/** What SageMaker needs from the cloud. */
export interface Surroundings {
  /** May the caller pass this role to SageMaker, and does the role trust SageMaker? */
  mayPassRole(principal: Principal, roleArn: string): Denial | undefined
  /** Keys that act as a role. */
  credentialsFor(roleArn: string, session: string): Credentials
  /** Counts work as in flight until it ends. */
  track<T>(name: string, doing: Promise<T>): Promise<T>
  /** Trains the models; without it each training job fails. The cloud closes it. */
  trainer?: Trainer
  /** Makes what `annotate` receives from an object of a manifest; by default its `source`. */
  itemOf?: (line: ManifestLine) => string
  /** Answers labelling jobs. By default nobody does, and a job waits. */
  annotate?: Annotate
  /** Names of the annotators; `annotate` is called for each. */
  workers?: readonly string[]
  /** Names of the private work teams. */
  workteams?: readonly string[]
  durations?: Partial<Durations>
}

export interface Site extends CloudContext, Surroundings {
  mishaps: Mishaps
  durations: Durations
  /** S3 as a role sees it. */
  files(roleArn: string): JobFiles
  /** Run this when the clock has advanced by this time. It counts as in flight while it runs. */
  after(ms: number, name: string, step: () => Promise<void>): void
  /** Put a state-change event on the bus, unless its delivery is to fail. */
  announce(detailType: string, resource: string, status: string, detail: unknown): void
  /** Stops all work and announcements. */
  close(): void
}

const DURATIONS: Durations = { starting: 0, downloading: 0, uploading: 0, labelingStep: 15 * 60_000 }

/** The cloud as SageMaker's jobs see it. */
export function siteOf(context: CloudContext, surroundings: Surroundings): Site {
  const { clock } = context
  const mishaps: Mishaps = { training: [], limits: [], labeling: [], fateOf: () => 'sent' }
  let closed = false
  return {
    ...context,
    ...surroundings,
    mishaps,
    files: filesOf(context, (roleArn) => surroundings.credentialsFor(roleArn, 'SageMaker')),
    close: () => void (closed = true),
    durations: { ...DURATIONS, ...surroundings.durations },
    after(ms, name, step) {
      const go = () => {
        if (closed) return
        surroundings.track(name, step()).catch((error: unknown) => {
          // Work that the end of the cloud cut off starts over with the next cloud.
          if (!closed) console.error(printable(`${name} ${inspect(error)}`))
        })
      }
      if (ms > 0) clock.at(clock.now() + ms, go)
      else go()
    },
    announce(detailType, resource, status, detail) {
      if (closed) return
      const fate = mishaps.fateOf(detailType, status)
      const send = () => {
        context.emit({ source: 'aws.sagemaker', 'detail-type': detailType, resources: [resource], detail })
      }
      if (fate === 'lost') return
      if (typeof fate === 'object') return void clock.at(clock.now() + fate.lateMs, send)
      send()
      if (fate === 'twice') send()
    },
  }
}
