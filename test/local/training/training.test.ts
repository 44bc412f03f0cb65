import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import {
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  DescribeTrainingJobCommand,
  ListTagsCommand,
  ListTrainingJobsCommand,
  SageMakerClient,
  StopTrainingJobCommand,
} from '@aws-sdk/client-sagemaker'
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { createTrainingThread } from '../../../local/training/training-thread'
import { unpackModel } from '../../../shared/artefact'
import { predict, readModel } from '../../../packages/fasttext/src'
import { createSageMaker } from '../../../packages/embedded-aws/src/sagemaker'
import { createS3 } from '../../../packages/embedded-aws/src/s3'
import { clientOf, noDestinations, type Served, serve } from '../../../packages/embedded-aws/test/serve'
import { until } from '../../../packages/embedded-aws/test/sagemaker/until'

const BUCKET = 'models-bucket'
const ROLE = 'arn:aws:iam::000000000000:role/training'
const TRAIN = 's3://models-bucket/datasets/d/train/posts.train'
const lines = Array.from({ length: 40 }, (_, i) =>
  i % 2 ? `__label__technical lambda cold start ${i}` : `__label__marketing join our webinar ${i}`,
)

const request = (name: string, change: Partial<CreateTrainingJobCommandInput> = {}): CreateTrainingJobCommandInput => ({
  TrainingJobName: name,
  RoleArn: ROLE,
  AlgorithmSpecification: {
    TrainingImage: '685385470294.dkr.ecr.eu-west-1.amazonaws.com/blazingtext:1',
    TrainingInputMode: 'File',
  },
  HyperParameters: {
    mode: 'supervised',
    epochs: '5',
    min_count: '1',
    vector_dim: '4',
    buckets: '100',
    learning_rate: '0.5',
  },
  InputDataConfig: [
    { ChannelName: 'train', DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: TRAIN } } },
    {
      ChannelName: 'validation',
      DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: TRAIN.replaceAll('train', 'validation') } },
    },
  ],
  OutputDataConfig: { S3OutputPath: `s3://${BUCKET}/models/` },
  ResourceConfig: { InstanceType: 'ml.c5.xlarge', InstanceCount: 1, VolumeSizeInGB: 10 },
  StoppingCondition: { MaxRuntimeInSeconds: 600, MaxWaitTimeInSeconds: 3600 },
  EnableManagedSpotTraining: true,
  Tags: [{ Key: 'stage', Value: 'test' }],
  ...change,
})

let pending: Promise<unknown>[] = []
const make = (context: Parameters<typeof createSageMaker>[0]) => ({
  s3: createS3(context, noDestinations),
  sageMaker: createSageMaker(context, {
    trainer: createTrainingThread(),
    mayPassRole: (_, roleArn) =>
      roleArn === ROLE ? undefined : { action: 'iam:PassRole', message: 'not authorized to perform: iam:PassRole' },
    credentialsFor: () => ({ accessKeyId: 'role', secretAccessKey: 'role', sessionToken: 'role' }),
    track: (_, doing) => {
      pending.push(doing.catch(() => {}))
      return doing
    },
  }),
})
type Cloud = Served<ReturnType<typeof make>>

let cloud: Cloud
let sageMaker: SageMakerClient
let s3: S3Client

const connect = () => {
  sageMaker = new SageMakerClient(clientOf(cloud))
  s3 = new S3Client(clientOf(cloud))
}
const create = (...args: Parameters<typeof request>) => sageMaker.send(new CreateTrainingJobCommand(request(...args)))
const describeJob = (name: string) => sageMaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }))
const ended = (name: string) =>
  until(async () => {
    const job = await describeJob(name)
    return job.TrainingJobStatus === 'InProgress' || job.TrainingJobStatus === 'Stopping' ? undefined : job
  })
const artefactOf = async (name: string) => {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: `models/${name}/output/model.tar.gz` }))
  return Buffer.from(await Body!.transformToByteArray())
}
const states = (name: string) =>
  cloud.emitted
    .map(({ detail }) => detail as { TrainingJobName: string; SecondaryStatus: string })
    .filter(({ TrainingJobName }) => TrainingJobName === name)
    .map(({ SecondaryStatus }) => SecondaryStatus)

beforeEach(async () => {
  pending = []
  cloud = await serve(make)
  connect()
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }))
  for (const part of ['train', 'validation']) {
    const body = `${lines.join('\n')}\n`
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: `datasets/d/${part}/posts.${part}`, Body: body }))
  }
})
afterEach(async () => {
  await Promise.all(pending)
  await cloud.close()
})

describe('CreateTrainingJob', () => {
  it('trains a model that fastText can read, and reports every state on the way', async () => {
    await create('job-1')

    const job = await ended('job-1')
    expect(job).toMatchObject({
      TrainingJobStatus: 'Completed',
      ModelArtifacts: { S3ModelArtifacts: `s3://${BUCKET}/models/job-1/output/model.tar.gz` },
      FinalMetricDataList: [{ MetricName: 'validation:accuracy', Value: 1 }],
      BillableTimeInSeconds: 1,
      EnableManagedSpotTraining: true,
    })
    const model = readModel(Buffer.from((await unpackModel(await artefactOf('job-1'), 'job-1')).get('model.bin')!))
    expect(predict(model, 'cold start', 1)[0]!.label).toMatch(/technical$/)
    expect(states('job-1')).toEqual(['Starting', 'Downloading', 'Training', 'Uploading', 'Completed'])
    expect(job.SecondaryStatusTransitions!.map(({ Status }) => Status)).toEqual(states('job-1'))
    expect(cloud.emitted.at(-1)).toMatchObject({
      source: 'aws.sagemaker',
      'detail-type': 'SageMaker Training Job State Change',
      resources: ['arn:aws:sagemaker:eu-west-1:000000000000:training-job/job-1'],
      detail: { Tags: { stage: 'test' } },
    })
  })

  it('is deterministic', async () => {
    await create('one')
    await ended('one')
    await create('two')
    await ended('two')

    expect((await artefactOf('one')).equals(await artefactOf('two'))).toBe(true)
  })

  it.each<[string, Partial<CreateTrainingJobCommandInput>, string, RegExp]>([
    ['a wait time without spot', { EnableManagedSpotTraining: false }, 'ValidationException', /only supported when/],
    [
      'spot without a wait time',
      { StoppingCondition: { MaxRuntimeInSeconds: 60 } },
      'ValidationException',
      /MaxWaitTime/,
    ],
    [
      'a wait time shorter than the run time',
      { StoppingCondition: { MaxRuntimeInSeconds: 700, MaxWaitTimeInSeconds: 600 } },
      'ValidationException',
      /at least/,
    ],
    [
      'a wait time of more than an hour',
      { StoppingCondition: { MaxRuntimeInSeconds: 60, MaxWaitTimeInSeconds: 3601 } },
      'ValidationException',
      /3600/,
    ],
    ['a name with an underscore', { TrainingJobName: 'a_b' }, 'ValidationException', /TrainingJobName/],
    ['no output', { OutputDataConfig: undefined }, 'ValidationException', /OutputDataConfig/],
    ['a role that the caller may not pass', { RoleArn: `${ROLE}-2` }, 'AccessDeniedException', /iam:PassRole/],
    [
      'another image',
      { AlgorithmSpecification: { TrainingImage: 'xgboost:1', TrainingInputMode: 'File' } },
      'NotImplemented',
      /xgboost/,
    ],
    ['an unsupported option', { CheckpointConfig: { S3Uri: 's3://a/b' } }, 'NotImplemented', /CheckpointConfig/],
  ])('refuses %s', async (_, change, name, message) => {
    await expect(create('job-1', change)).rejects.toMatchObject({ name, message: expect.stringMatching(message) })
  })

  it('refuses an existing name, in any case', async () => {
    await create('job-1')

    await expect(create('JOB-1')).rejects.toMatchObject({ name: 'ResourceInUse' })
    await ended('job-1')
  })

  it('returns ResourceLimitExceeded when the test injects it', async () => {
    cloud.services.sageMaker.mishaps.limits.push('ml.c5.xlarge for spot training job usage is 0')

    await expect(create('job-1')).rejects.toMatchObject({ name: 'ResourceLimitExceeded' })
  })

  it.each<[string, Partial<CreateTrainingJobCommandInput>, RegExp]>([
    ['an unknown hyperparameter', { HyperParameters: { mode: 'supervised', momentum: '1' } }, /ClientError.*momentum/],
    ['another mode', { HyperParameters: { mode: 'skipgram' } }, /ClientError.*mode/],
    [
      'a channel without an object',
      {
        InputDataConfig: [
          {
            ChannelName: 'train',
            DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: `s3://${BUCKET}/no/` } },
          },
        ],
      },
      /No S3 objects found/,
    ],
    ['a missing bucket', { OutputDataConfig: { S3OutputPath: 's3://nowhere/' } }, /NoSuchBucket/],
  ])('fails the job for %s', async (_, change, reason) => {
    await create('job-1', change)

    expect(await ended('job-1')).toMatchObject({
      TrainingJobStatus: 'Failed',
      FailureReason: expect.stringMatching(reason),
    })
    expect(states('job-1').at(-1)).toBe('Failed')
  })
})

describe('injected faults of training jobs', () => {
  it('include waiting for spot capacity until the clock runs out', async () => {
    cloud.services.sageMaker.mishaps.training.push('spot-wait-exceeded')

    await create('job-1')
    await cloud.clock.advanceTo(cloud.clock.now() + 3601_000)

    expect(await ended('job-1')).toMatchObject({ TrainingJobStatus: 'Stopped', SecondaryStatus: 'MaxWaitTimeExceeded' })
  })

  it('include lost, duplicate and delayed events', async () => {
    const { mishaps } = cloud.services.sageMaker
    mishaps.fateOf = (_, status) => (status === 'Completed' ? { lateMs: 60_000 } : 'lost')

    await create('job-1')
    await ended('job-1')
    const before = states('job-1')
    await cloud.clock.advanceTo(cloud.clock.now() + 61_000)

    expect(before).toEqual([])
    expect(states('job-1')).toEqual(['Completed'])
  })
})

describe('a training job', () => {
  it('can be stopped', async () => {
    cloud.services.sageMaker.mishaps.training.push('spot-wait-exceeded')
    await create('job-1')

    await sageMaker.send(new StopTrainingJobCommand({ TrainingJobName: 'job-1' }))

    expect(await ended('job-1')).toMatchObject({ TrainingJobStatus: 'Stopped', SecondaryStatus: 'Stopped' })
  })

  it('is found by its tags and in lists', async () => {
    await create('job-1')
    await create('other')
    const { TrainingJobArn: arn } = await ended('job-1')
    await ended('other')

    const { Tags } = await sageMaker.send(new ListTagsCommand({ ResourceArn: arn }))
    const { TrainingJobSummaries: found } = await sageMaker.send(
      new ListTrainingJobsCommand({ NameContains: 'JOB', StatusEquals: 'Completed' }),
    )

    expect(Tags).toEqual([{ Key: 'stage', Value: 'test' }])
    expect(found!.map(({ TrainingJobName }) => TrainingJobName)).toEqual(['job-1'])
  })

  it('continues after a restart', async () => {
    cloud.services.sageMaker.mishaps.training.push('spot-wait-exceeded')
    await create('job-1')
    cloud = await cloud.restart()
    connect()

    cloud.services.sageMaker.resume()

    expect(await ended('job-1')).toMatchObject({ TrainingJobStatus: 'Completed' })
  })

  it('is not found when it was never created', async () => {
    await expect(describeJob('nothing')).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('Requested resource not found.'),
    })
  })
})
