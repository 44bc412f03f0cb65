import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import {
  CreateLabelingJobCommand,
  type CreateLabelingJobCommandInput,
  DescribeLabelingJobCommand,
  DescribeWorkteamCommand,
  ListLabelingJobsCommand,
  ListWorkteamsCommand,
  SageMakerClient,
  StopLabelingJobCommand,
} from '@aws-sdk/client-sagemaker'
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { z } from 'zod'
import { type Annotate, createSageMaker } from '../../src/sagemaker'
import { createS3 } from '../../src/s3'
import { clientOf, noDestinations, type Served, serve } from '../serve'
import { until } from './until'

const BUCKET = 'labels-bucket'
const ROLE = 'arn:aws:iam::000000000000:role/labeling'
const JOB = 'Bellwether-test-2026-11-22'
const FOLDER = `jobs/${JOB}`
const TEAM = 'arn:aws:sagemaker:eu-west-1:000000000000:workteam/private-crowd/annotators'
const CATEGORIES = ['technical', 'marketing']
const STEP_MS = 15 * 60_000

const input = Array.from({ length: 20 }, (_, i) =>
  JSON.stringify({ source: `post "${i}" \u2028 & <b>`, item: `item-${i}`, 'post-id': String(1000 + i) }),
)
const judge: Annotate = (worker, item) => CATEGORIES[(Number(item.slice(5)) + (worker === 'cho' ? 1 : 0)) % 2]

const request = (change: Partial<CreateLabelingJobCommandInput> = {}): CreateLabelingJobCommandInput => ({
  LabelingJobName: JOB,
  LabelAttributeName: 'label',
  InputConfig: { DataSource: { S3DataSource: { ManifestS3Uri: `s3://${BUCKET}/input.manifest` } } },
  OutputConfig: { S3OutputPath: `s3://${BUCKET}/jobs/` },
  RoleArn: ROLE,
  LabelCategoryConfigS3Uri: `s3://${BUCKET}/categories.json`,
  HumanTaskConfig: task(),
  ...change,
})
const task = (change = {}): CreateLabelingJobCommandInput['HumanTaskConfig'] => ({
  WorkteamArn: TEAM,
  UiConfig: { UiTemplateS3Uri: `s3://${BUCKET}/instructions.liquid` },
  PreHumanTaskLambdaArn: 'arn:aws:lambda:eu-west-1:568282634449:function:PRE-TextMultiClass',
  TaskKeywords: ['text', 'classification'],
  TaskTitle: 'Classify short posts',
  TaskDescription: 'Pick the category that fits best.',
  NumberOfHumanWorkersPerDataObject: 3,
  TaskTimeLimitInSeconds: 300,
  TaskAvailabilityLifetimeInSeconds: 72_000,
  AnnotationConsolidationConfig: {
    AnnotationConsolidationLambdaArn: 'arn:aws:lambda:eu-west-1:568282634449:function:ACS-TextMultiClass',
  },
  ...change,
})

let pending: Promise<unknown>[] = []
const cloudOf = (annotate?: Annotate) => (context: Parameters<typeof createSageMaker>[0]) => ({
  s3: createS3(context, noDestinations),
  sageMaker: createSageMaker(context, {
    mayPassRole: () => undefined,
    credentialsFor: () => ({ accessKeyId: 'role', secretAccessKey: 'role', sessionToken: 'role' }),
    track: (_, doing) => {
      pending.push(doing.catch(() => {}))
      return doing
    },
    ...(annotate ? { annotate } : {}),
    itemOf: ({ item }) => String(item),
    workers: ['ana', 'ben', 'cho'],
  }),
})
type Cloud = Served<ReturnType<ReturnType<typeof cloudOf>>>

let cloud: Cloud
let sageMaker: SageMakerClient
let s3: S3Client

const connect = () => {
  cloud.clock.settleBy(async () => void (await Promise.all(pending)))
  sageMaker = new SageMakerClient(clientOf(cloud))
  s3 = new S3Client(clientOf(cloud))
}
const open = async (annotate?: Annotate) => {
  cloud = await serve(cloudOf(annotate))
  connect()
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }))
  const categories = { 'document-version': '2018-11-28', labels: CATEGORIES.map((label) => ({ label })) }
  for (const [Key, Body] of [
    ['input.manifest', `${input.join('\n')}\n`],
    ['categories.json', JSON.stringify(categories)],
    ['instructions.liquid', '<crowd-form></crowd-form>'],
  ] as const) {
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }))
  }
}
const create = (change?: Partial<CreateLabelingJobCommandInput>) =>
  sageMaker.send(new CreateLabelingJobCommand(request(change)))
const describeJob = () => sageMaker.send(new DescribeLabelingJobCommand({ LabelingJobName: JOB }))
const is = (status: string) =>
  until(async () => {
    const job = await describeJob()
    return job.LabelingJobStatus === status ? job : undefined
  })
const advance = (steps: number) => cloud.clock.advanceTo(cloud.clock.now() + steps * STEP_MS)
const read = async (Key: string) => {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }))
  return (await Body?.transformToString()) ?? ''
}
const manifest = async () => (await read(`${FOLDER}/manifests/output/output.manifest`)).trimEnd().split('\n')

/** A manifest line as Ground Truth documents it: labelled, failed, or unchanged from the input. */
const common = {
  'job-name': z.literal(`labeling-job/${JOB.toLowerCase()}`),
  'human-annotated': z.literal('yes'),
  type: z.literal('groundtruth/text-classification'),
}
const asInput = { source: z.string(), item: z.string(), 'post-id': z.string() }
const outputLine = z.union([
  z.strictObject({
    ...asInput,
    label: z.int().min(0).max(1),
    'label-metadata': z.strictObject({
      ...common,
      confidence: z.number().min(0).max(1),
      'class-name': z.enum(['technical', 'marketing']),
      'creation-date': z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/),
    }),
  }),
  z.strictObject({
    ...asInput,
    'label-metadata': z.strictObject({ ...common, 'retry-count': z.int(), 'failure-reason': z.string() }),
  }),
  z.strictObject(asInput),
])
const responseFile = z.strictObject({
  answers: z.array(
    z.strictObject({
      acceptanceTime: z.iso.datetime(),
      submissionTime: z.iso.datetime(),
      timeSpentInSeconds: z.number().positive(),
      answerContent: z.strictObject({
        'crowd-classifier': z.strictObject({ label: z.enum(['technical', 'marketing']) }),
      }),
      workerId: z.string().regex(/^private\.eu-west-1\.[0-9a-f]{16}$/),
      workerMetadata: z.strictObject({
        identityData: z.strictObject({
          identityProviderType: z.literal('Cognito'),
          issuer: z.url(),
          sub: z.string(),
        }),
      }),
    }),
  ),
})

beforeEach(() => {
  pending = []
})
afterEach(async () => {
  await Promise.all(pending)
  await cloud.close()
})

describe('a labelling job', () => {
  it('rewrites its manifest while workers answer, and reports it only at its end', async () => {
    await open(judge)
    await create()
    await is('InProgress')
    const atFirst = await manifest()
    await advance(2)
    const between = await manifest()
    await advance(2)

    const done = await is('Completed')
    const lines = (await manifest()).map((line) => outputLine.parse(JSON.parse(line)))
    expect(atFirst).toEqual(input)
    expect(between.slice(0, 5)).not.toEqual(input.slice(0, 5))
    expect(between.slice(10)).toEqual(input.slice(10))
    expect(lines).toHaveLength(20)
    expect(lines.filter((line) => 'label' in line)).toHaveLength(19)
    expect(done.LabelCounters).toMatchObject({ TotalLabeled: 19, FailedNonRetryableError: 1, Unlabeled: 0 })
    expect(done.LabelingJobOutput!.OutputDatasetS3Uri).toBe(`s3://${BUCKET}/${FOLDER}/manifests/output/output.manifest`)
    expect(cloud.emitted).toMatchObject([
      {
        'detail-type': 'SageMaker Ground Truth Labeling Job State Change',
        resources: [`arn:aws:sagemaker:eu-west-1:000000000000:labeling-job/${JOB.toLowerCase()}`],
        detail: { LabelingJobStatus: 'Completed' },
      },
    ])
  })

  it("keeps each worker's answer, and the label is the majority", async () => {
    await open(judge)
    await create()
    await is('InProgress')
    await advance(4)
    await is('Completed')

    const lines = (await manifest()).map((line) => outputLine.parse(JSON.parse(line)))
    const { Contents = [] } = await s3.send(
      new ListObjectsV2Command({ Bucket: BUCKET, Prefix: `${FOLDER}/annotations/worker-response/` }),
    )
    expect(Contents).toHaveLength(19)
    for (const { Key = '' } of Contents) {
      const index = Number(/iteration-1\/(\d+)\/\d{4}-\d\d-\d\d_\d\d:\d\d:\d\d\.json$/.exec(Key)?.[1])
      const { answers } = responseFile.parse(JSON.parse(await read(Key)))
      expect(new Set(answers.map(({ workerId }) => workerId)).size).toBe(3)
      expect(lines[index]).toMatchObject({ label: index % 2, 'label-metadata': { confidence: 0.67 } })
    }
  })

  it('has zero confidence in a single answer', async () => {
    await open(judge)
    await create({ HumanTaskConfig: task({ NumberOfHumanWorkersPerDataObject: 1 }) })
    await is('InProgress')
    await advance(4)
    await is('Completed')

    const labelled = (await manifest()).map((line) => JSON.parse(line)).filter((line) => 'label' in line)
    expect(new Set(labelled.map((line) => line['label-metadata'].confidence))).toEqual(new Set([0]))
  })

  it('waits without answers, and can be stopped', async () => {
    await open()
    await create()
    await is('InProgress')
    await advance(8)
    const waiting = await describeJob()

    await sageMaker.send(new StopLabelingJobCommand({ LabelingJobName: JOB }))

    expect(waiting.LabelingJobStatus).toBe('InProgress')
    expect((await is('Stopped')).LabelCounters).toMatchObject({ TotalLabeled: 0, Unlabeled: 20 })
    expect(cloud.emitted.map(({ detail }) => detail)).toEqual([{ LabelingJobStatus: 'Stopped' }])
    expect(await manifest()).toEqual(input)
  })

  it('stops at its maximum number of objects', async () => {
    await open(judge)
    await create({ StoppingConditions: { MaxHumanLabeledObjectCount: 7 } })
    await is('InProgress')
    await advance(4)

    const { LabelCounters } = await is('Stopped')
    expect(LabelCounters!.TotalLabeled! + LabelCounters!.FailedNonRetryableError!).toBe(7)
  })

  it('continues after a restart with its earlier answers', async () => {
    await open(judge)
    await create()
    await is('InProgress')
    await advance(2)
    const before = (await manifest()).slice(0, 10)
    cloud = await cloud.restart()
    connect()

    cloud.services.sageMaker.resume()
    await advance(3)

    await is('Completed')
    expect((await manifest()).slice(0, 10)).toEqual(before)
  })

  it('fails when its input is missing', async () => {
    await open(judge)
    await create({ LabelCategoryConfigS3Uri: `s3://${BUCKET}/nothing.json` })

    expect((await is('Failed')).FailureReason).toMatch(/NoSuchKey/)
  })

  it('loses its event when the test injects that', async () => {
    await open(judge)
    cloud.services.sageMaker.mishaps.fateOf = () => 'lost'
    await create()
    await is('InProgress')
    await advance(4)

    await is('Completed')
    expect(cloud.emitted).toEqual([])
  })
})

describe('CreateLabelingJob', () => {
  it.each<[string, Partial<CreateLabelingJobCommandInput>, RegExp]>([
    ['an attribute that ends in -metadata', { LabelAttributeName: 'label-metadata' }, /LabelAttributeName/],
    ['a keyword with a hyphen', { HumanTaskConfig: task({ TaskKeywords: ['a-b'] }) }, /TaskKeywords/],
    ['ten workers', { HumanTaskConfig: task({ NumberOfHumanWorkersPerDataObject: 10 }) }, /NumberOfHumanWorkers/],
    ['a missing work team', { HumanTaskConfig: task({ WorkteamArn: `${TEAM}-2` }) }, /does not exist/],
    [
      'the functions of another region',
      {
        HumanTaskConfig: task({
          PreHumanTaskLambdaArn: 'arn:aws:lambda:us-east-1:432418664414:function:PRE-TextMultiClass',
        }),
      },
      /PreHumanTaskLambdaArn/,
    ],
  ])('refuses %s', async (_, change, message) => {
    await open(judge)

    await expect(create(change)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(message),
    })
  })

  it('refuses an existing name', async () => {
    await open()
    await create()

    await expect(create()).rejects.toMatchObject({ name: 'ResourceInUse' })
    await is('InProgress')
  })
})

describe('listings', () => {
  it('include labelling jobs and work teams', async () => {
    await open()
    await create()
    await is('InProgress')

    const jobs = await sageMaker.send(new ListLabelingJobsCommand({ StatusEquals: 'InProgress' }))
    const teams = await sageMaker.send(new ListWorkteamsCommand({}))
    const team = await sageMaker.send(new DescribeWorkteamCommand({ WorkteamName: 'annotators' }))

    expect(jobs.LabelingJobSummaryList).toMatchObject([{ LabelingJobName: JOB, LabelCounters: { Unlabeled: 20 } }])
    expect(teams.Workteams).toMatchObject([{ WorkteamArn: TEAM }])
    expect(team.Workteam).toMatchObject({ WorkteamName: 'annotators' })
  })
})
