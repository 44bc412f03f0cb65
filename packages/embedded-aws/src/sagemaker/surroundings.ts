import type { Credentials } from '../access-keys'
import type { Denial } from '../iam/iam'
import type { CloudContext, Principal } from '../service'
import { filesOf, type JobFiles } from './job-files'
import type { Trainer } from './trainer'

/** What a person says of an item, or nothing when that person does not answer. */
export type Annotate = (worker: string, item: string) => string | undefined

/** A line of a labelling job's input manifest, as it was read. */
export type ManifestLine = { source: string; [attribute: string]: unknown }

/** How the next training job ends in place of completing. */
export type TrainingMishap = 'spot-wait-exceeded' | 'runtime-exceeded' | { failure: string }

/** What becomes of a state-change event, which SageMaker sends as well as it can. */
export type EventFate = 'sent' | 'lost' | 'twice' | { lateMs: number }

/** What goes wrong in SageMaker's own time, where a fault of a request cannot strike. */
export interface Mishaps {
  /** Taken from the front by the next training jobs. */
  training: TrainingMishap[]
  /** Taken from the front by the next requests for a job, which answer ResourceLimitExceeded. */
  limits: string[]
  /** Reasons why the next labelling jobs fail. */
  labeling: string[]
  fateOf(detailType: string, status: string): EventFate
}

/** How long a job takes by the cloud's clock, besides the work itself; milliseconds. */
export interface Durations {
  starting: number
  downloading: number
  uploading: number
  /** Between two rewrites of a labelling job's manifest, of which there are four; at least 1. */
  labelingStep: number
}

/** What SageMaker is given by the cloud around it. */
export interface Surroundings {
  /** May the caller hand this role to SageMaker, and does the role trust SageMaker? */
  mayPassRole(principal: Principal, roleArn: string): Denial | undefined
  /** Keys that act as a role. */
  credentialsFor(roleArn: string, session: string): Credentials
  /** Counts work as in flight until it ends. */
  track<T>(name: string, doing: Promise<T>): Promise<T>
  /** Who trains; without one, each training job fails. The cloud closes it. */
  trainer?: Trainer
  /** What `annotate` calls an object of a manifest; by default its `source`. */
  itemOf?: (line: ManifestLine) => string
  /** Who answers labelling jobs; nobody by default, and a job then waits. */
  annotate?: Annotate
  /** Names of the annotators, which `annotate` is asked for. */
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
  /** Do this when the clock has moved on by so much; it counts as in flight while it runs. */
  after(ms: number, name: string, step: () => Promise<void>): void
  /** Put a state-change event on the bus, if its fate is to get there. */
  announce(detailType: string, resource: string, status: string, detail: unknown): void
  /** Nothing is done or announced any more. */
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
          // What was cut off by the end of the cloud starts over with the next.
          if (!closed) console.error(name, error)
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
