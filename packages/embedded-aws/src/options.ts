import type { LanguageModel } from './bedrock'
import type { ModelOffer } from './bedrock-models'
import type { CloudClock } from './clock'
import type { Surroundings as SageMakerOptions } from './sagemaker'
import type { BusEvent } from './service'
import type { Mail } from './sns'

/** What a caller chooses about a cloud; only the folder has no default. */
export interface CloudOptions {
  /** What `sls package` wrote: the template and the zips. None: an empty cloud. */
  packageDir?: string
  /** A template in place of the packaged one. */
  template?: unknown
  stackName?: string
  /** Everything the cloud keeps; a restart on the same folder goes on from it. */
  dataDir: string
  /** 0, the default, takes a free one. */
  port?: number
  /** Its own by default: real time, going on where the data folder left it. */
  clock?: CloudClock
  /** The time, in milliseconds since the epoch, at which an empty data folder begins. */
  start?: number
  region?: string
  account?: string
  /** Write each request that functions send there, as the SDK command's input. */
  recordDir?: string
  /** Files that take the place of packaged ones in every function, by path in the package. */
  overlay?: Record<string, string | Buffer>
  /** Sees every event that is put on a bus, by the bus's name. */
  onEvent?: (bus: string, event: BusEvent) => void
  /** Sees every mail that SNS would send; each is a file in `dataDir/mail` as well. */
  onMail?: (mail: Mail & { file: string }) => void
  /** Who trains the models of SageMaker's jobs; without one, each job fails and says so. The cloud closes it. */
  trainer?: SageMakerOptions['trainer']
  /** What annotators are told of an object of a labelling job; by default its `source`. */
  itemOf?: SageMakerOptions['itemOf']
  /** Who answers Ground Truth's jobs; nobody by default. */
  annotate?: SageMakerOptions['annotate']
  workers?: SageMakerOptions['workers']
  durations?: SageMakerOptions['durations']
  /** Answers as the models of Amazon Bedrock; without one, the account has access to none. */
  languageModel?: LanguageModel
  /** Models that Amazon Bedrock offers, with their regions, access and quotas; one by default. */
  modelOffers?: readonly ModelOffer[]
  /** How many workers a function may have at once; by the machine's cores where it is left out. */
  workersOfFunction?: number
  /** Sees what functions print, besides the log files in `dataDir/logs`. */
  onLog?: (functionName: string, text: string) => void
}
