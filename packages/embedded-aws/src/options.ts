import type { LanguageModel } from './bedrock'
import type { ModelOffer } from './bedrock-models'
import type { CloudClock } from './clock'
import type { Surroundings as SageMakerOptions } from './sagemaker'
import type { BusEvent } from './service'
import type { Mail } from './sns'

/** Options of a cloud. Only `dataDir` is required. */
export interface CloudOptions {
  /** The folder that `sls package` wrote: the template and the zips. By default the cloud is empty. */
  packageDir?: string
  /** A template to use instead of the packaged one. */
  template?: unknown
  stackName?: string
  /** The folder of all state. A restart on the same folder continues from it. */
  dataDir: string
  /** 0, the default, takes a free port. */
  port?: number
  /** By default the cloud's own clock: real time, continuing from the time stored in the data folder. */
  clock?: CloudClock
  /** The start time of an empty data folder, in milliseconds since the epoch. */
  start?: number
  region?: string
  account?: string
  /** A folder to write each request of a function to, as the SDK command's input. */
  recordDir?: string
  /** Files that replace packaged ones in every function, by path in the package. */
  overlay?: Record<string, string | Buffer>
  /** Called with every event that is put on a bus. */
  onEvent?: (bus: string, event: BusEvent) => void
  /** Called with every mail that SNS would send; each is also a file in `dataDir/mail`. */
  onMail?: (mail: Mail & { file: string }) => void
  /** Trains the models of SageMaker's training jobs; without it each job fails and says so. The cloud closes it. */
  trainer?: SageMakerOptions['trainer']
  /** Makes what annotators see of an object of a labelling job; by default its `source`. */
  itemOf?: SageMakerOptions['itemOf']
  /** Answers Ground Truth's jobs; by default nobody does. */
  annotate?: SageMakerOptions['annotate']
  workers?: SageMakerOptions['workers']
  durations?: SageMakerOptions['durations']
  /** Answers as the models of Amazon Bedrock; without it the account has access to no model. */
  languageModel?: LanguageModel
  /** Models that Amazon Bedrock offers, with their regions, access and quotas; one by default. */
  modelOffers?: readonly ModelOffer[]
  /** Maximum workers per function; by default it follows the number of cores. */
  workersOfFunction?: number
  /** Receives what functions print, in addition to the log files in `dataDir/logs`. */
  onLog?: (functionName: string, text: string) => void
}
