import type { CreateTrainingJobCommandInput, DescribeTrainingJobCommandOutput } from '@aws-sdk/client-sagemaker'
import type { LaunchPorts } from '../../../services/trainer/launch'
import { ENGINES } from '../../../shared/engines'
import type { ExampleLine } from '../../../shared/engines/training-set'
import { keys } from '../../../shared/keys'
import { labelOfLine } from '../../../shared/engines/training-lines'
import type { DatasetRecord } from '../../../shared/records'
import type { Table } from '../../../shared/table'
import { connectTrainers, TRAINER_ADAPTERS } from '../../../services/trainer/trainers'
import type { Created, SageMakerJobs } from '../../../services/trainer/trainers/sagemaker/jobs'
import { aSettings, invocationOf, type Writes } from '../../given'
import { type TestBucket, testBucket } from '../../shared/bucket'
import { memoryTable } from '../../shared/memory-table'
import { recorder } from '../../shared/recorder'

export const DATASET = '3f9c2a7d0b1e4c55'
export const OTHER = '0b1e4c553f9c2a7d'
export const nameOf = (attempt: number, dataset = DATASET) => `bellwether-test-${dataset}-${attempt}`

type Job = Partial<DescribeTrainingJobCommandOutput>

/** The part of SageMaker that the trainer uses. */
export interface FakeJobs extends SageMakerJobs {
  requests: CreateTrainingJobCommandInput[]
  /** The outcomes of the next requests; `created` when empty. */
  answers: Created[]
  /** Sets the status of a job. */
  set(name: string, job: Job): void
}

function fakeJobs(): FakeJobs {
  const jobs = new Map<string, Job>()
  const self: FakeJobs = {
    requests: [],
    answers: [],
    set: (name, job) => void jobs.set(name, { ...jobs.get(name), ...job }),
    create: async (request) => {
      self.requests.push(request)
      const answer = self.answers.shift()
      if (answer) return answer
      const name = request.TrainingJobName!
      if (jobs.has(name)) return { outcome: 'taken' }
      jobs.set(name, {
        ...(request as Job),
        TrainingJobStatus: 'InProgress',
        SecondaryStatus: 'Starting',
      })
      return { outcome: 'created' }
    },
    // The real response has more fields; the trainer reads only these.
    describe: async (name) => jobs.get(name) as DescribeTrainingJobCommandOutput | undefined,
  }
  return self
}

export interface World {
  bucket: TestBucket
  table: Table
  jobs: FakeJobs
  ports: LaunchPorts
  /** The ports of one invocation; their writes are counted and can fail. */
  portsOf(writes: Writes): LaunchPorts
  events: { name: string; detail: Record<string, unknown> }[]
  queue: { request: unknown; delaySeconds: number | undefined }[]
  at(time: string): { now: Date; log: { info(): void; warn(): void; error(): void } }
}

type Training = LaunchPorts['settings']['training']

export interface Options {
  trainingSeconds?: number
  region?: string
}

/** A stage with one dataset. */
export async function world(
  training: Partial<Training> = {},
  { trainingSeconds = 1800, region = 'eu-west-1' }: Options = {},
): Promise<World> {
  const bucket = testBucket()
  const table = memoryTable()
  const jobs = fakeJobs()
  const { publish, events } = recorder('trainer')
  const queue: World['queue'] = []
  await putDataset(bucket, DATASET)
  const settings = aSettings({
    training: {
      hyperparameters: { epochs: 5, learning_rate: 0.5, min_count: 1, vector_dim: 4, buckets: 100 },
      ...training,
    },
    caps: { trainingSeconds },
  })
  const roleArn = 'arn:aws:iam::111122223333:role/training'
  const portsOf = (writes: Writes): LaunchPorts => {
    const { port } = invocationOf(writes)
    const objects = port(bucket, ['create', 'put'])
    const place = { stage: 'test', region, roleArn, objects, jobs: port(jobs, ['create']), settings }
    return {
      stage: 'test',
      objects,
      table: port(table, ['create', 'update']),
      engines: ENGINES,
      trainers: connectTrainers(TRAINER_ADAPTERS, place),
      publish,
      enqueue: async (request, delaySeconds) => void queue.push({ request, delaySeconds }),
      settings,
    }
  }
  return {
    bucket,
    table,
    jobs,
    events,
    queue,
    ports: portsOf({ writes: 0 }),
    portsOf,
    at: (time) => ({ now: new Date(time), log: { info() {}, warn() {}, error() {} } }),
  }
}

/** Stores a dataset as the formatter does. */
export async function putDataset(
  bucket: TestBucket,
  datasetId: string,
  change: Partial<DatasetRecord> = {},
): Promise<void> {
  const place = { dataset: datasetId }
  const examples = Array.from({ length: 20 }, (_, i): ExampleLine => {
    const [label, shown] = i % 2 ? ['technical', `cold start ${i}`] : ['marketing', `join our webinar ${i}`]
    return { item: `item${i}`, shown, label, inclusionProbability: null }
  })
  const lines = examples.map(({ label, shown }) => `${labelOfLine(label)} ${shown}`)
  const record: DatasetRecord = {
    datasetId,
    textVersion: '2',
    schemaVersion: 1,
    labels: ['marketing', 'technical'],
    labelStatus: 'unmeasured',
    latestDate: '2026-11-22',
    manifests: [],
    rows: { train: 20, validation: 20, evaluation: 20 },
    classes: {
      marketing: { train: 10, validation: 10, evaluation: 10 },
      technical: { train: 10, validation: 10, evaluation: 10 },
    },
    refused: {},
    files: { train: keys.train(place), validation: keys.validation(place), evaluation: keys.evaluation(place) },
    sha256: { train: '', validation: '', evaluation: '' },
    examples: {
      train: { key: keys.trainExamples(place), sha256: '' },
      validation: { key: keys.validationExamples(place), sha256: '' },
    },
    prior: { marketing: 0.25, technical: 0.75 },
    ...change,
  }
  await bucket.put(record.files.train, `${lines.join('\n')}\n`)
  await bucket.put(record.files.validation, `${lines.join('\n')}\n`)
  const texts = examples.map((example) => `${JSON.stringify(example)}\n`).join('')
  for (const { key } of Object.values(record.examples ?? {})) await bucket.put(key, texts)
  await bucket.put(keys.dataset(place), JSON.stringify(record))
}

/** The description of a completed job. */
export const COMPLETED: Job = {
  TrainingJobStatus: 'Completed',
  SecondaryStatus: 'Completed',
  ModelArtifacts: { S3ModelArtifacts: 's3://bellwether-test/models/x/output/model.tar.gz' },
  TrainingTimeInSeconds: 62,
  BillableTimeInSeconds: 21,
  FinalMetricDataList: [{ MetricName: 'validation:accuracy', Value: 0.875 }],
}
