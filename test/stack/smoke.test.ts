import path from 'node:path'
import { beforeEach, describe, expect, it } from '@jest/globals'
import { DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import {
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListBucketsCommand,
  ListObjectVersionsCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import {
  DeleteModelPackageCommand,
  DeleteModelPackageGroupCommand,
  ListModelPackagesCommand,
  ListTrainingJobsCommand,
  SageMakerClient,
  StopTrainingJobCommand,
} from '@aws-sdk/client-sagemaker'
import { mockClient } from 'aws-sdk-client-mock'
import { smokeLabels } from '../../bin/smoke-labels'
import { missingForSmoke, uncheckedForSmoke } from '../../bin/smoke-needs'
import { type Removal, removeStage } from '../../bin/smoke-removal'
import { type AccountFacts, findingsOf } from '../../services/doctor/findings'
import { readSettled } from '../../shared/labels'
import { readSettings } from '../../shared/settings'

const shipped = readSettings(path.resolve(__dirname, '../..'))
const { labels, training, gate } = shipped
const rules = { schemaVersion: labels.version, categories: labels.categories.map(({ name }) => name) }
const read = smokeLabels(labels, '2026-11-22T00:00:00.000Z')
  .trimEnd()
  .split('\n')
  .map((line) => readSettled(line, rules))
const SPOT = 'ml.c5.xlarge for spot training job usage'
const lines = read.flatMap((line) => ('item' in line ? line : []))

it('writes labels that the formatter accepts, each once', () => {
  expect(read.filter((line) => 'reason' in line)).toEqual([])
  expect(new Set(lines.map(({ item }) => item)).size).toBe(lines.length)
})

it('writes enough labels of every category to train, validate and evaluate', () => {
  const count = (name: string, wanted: string) =>
    lines.filter(({ role, 'label-metadata': metadata }) => role === wanted && metadata['class-name'] === name).length

  expect(rules.categories.filter((name) => count(name, 'training') < training.minimumExamples)).toEqual([])
  expect(
    rules.categories.filter((name) => count(name, 'evaluation') * rules.categories.length < gate.minimumProvisional),
  ).toEqual([])
})

it('continues without posts or their secret, and stops when no job could be trained', () => {
  const fresh: AccountFacts = {
    sources: { x: { known: ['secret'] }, file: { known: ['sample.jsonl'] } },
    linkKeys: { annotator: { known: true }, owner: { known: true }, reader: { known: true } },
    quotas: new Map([
      [SPOT, { known: 1 }],
      ['ml.c5.xlarge for training job usage', { known: 1 }],
    ]),
    workteams: { known: [] },
    labelingJobs: { known: 0 },
    concurrency: { known: 10 },
    mails: [],
    hasGroundTruth: false,
  }
  const settings = {
    ...shipped,
    hashtags: [...shipped.hashtags, { tag: 'gcp', source: 'x' }],
    labelling: { ...shipped.labelling, labeller: 'ground-truth' as const },
  }
  const missing = (facts: AccountFacts) =>
    missingForSmoke(
      findingsOf(facts, settings, {
        sourceSecrets: { x: 'x' },
        linkSecrets: { annotator: 'a', owner: 'o', reader: 'r' },
        region: 'eu-west-1',
        bucket: 'b',
      }),
    )

  expect(missing(fresh)).toEqual([])
  const unasked = { ...fresh, linkKeys: { ...fresh.linkKeys, annotator: { unknown: 'AccessDeniedException' } } }
  const names = {
    sourceSecrets: { x: 'x' },
    linkSecrets: { annotator: 'a', owner: 'o', reader: 'r' },
    region: 'eu-west-1',
    bucket: 'b',
  }
  expect(uncheckedForSmoke(findingsOf(unasked, settings, names))).toMatchObject([{ check: 'key of the desk links' }])
  expect(missing({ ...fresh, quotas: new Map([[SPOT, { known: 0 }]]) })).toMatchObject([
    { check: expect.stringMatching(/spot/) },
  ])
})

describe('removing a stage', () => {
  const s3 = mockClient(S3Client)
  const dynamo = mockClient(DynamoDBClient)
  const sagemaker = mockClient(SageMakerClient)
  const BUCKET = 'bellwether-smoke-ab12-111122223333-eu-west-1'
  const named = (name: string, message = name) => Object.assign(new Error(message), { name })
  let done: string[]
  let removal: Removal

  const noting = (what: string) => {
    done.push(what)
    return {}
  }

  beforeEach(() => {
    done = []
    for (const mock of [s3, dynamo, sagemaker]) mock.reset()
    const others = ['bellwether-smoke-ab12-logs', 'bellwether-smoke-ab12-111122223333-us-east-1', 'bellwether-dev-x']
    s3.on(ListBucketsCommand).resolves({ Buckets: [BUCKET, ...others].map((Name) => ({ Name })) })
    s3.on(ListObjectVersionsCommand)
      .resolvesOnce({ Versions: [{ Key: 'a', VersionId: '1' }], DeleteMarkers: [{ Key: 'a', VersionId: '2' }] })
      .resolves({})
    s3.on(DeleteObjectsCommand).callsFake(() => noting('empty the bucket'))
    s3.on(DeleteBucketCommand).callsFake(({ Bucket }) => noting(`delete ${Bucket}`))
    dynamo.on(DeleteTableCommand).callsFake(({ TableName }) => noting(`delete table ${TableName}`))
    sagemaker.on(ListTrainingJobsCommand).resolves({ TrainingJobSummaries: [] })
    sagemaker.on(ListModelPackagesCommand).resolves({ ModelPackageSummaryList: [] })
    sagemaker.on(DeleteModelPackageGroupCommand).callsFake(() => noting('delete the group'))
    removal = {
      stage: 'smoke-ab12',
      region: 'eu-west-1',
      s3: new S3Client({}),
      table: new DynamoDBClient({}),
      sagemaker: new SageMakerClient({}),
      removeStack: async () => {
        done.push('remove the stack')
        return true
      },
      say: () => undefined,
    }
  })

  it('empties the bucket once no function writes into it any more', async () => {
    expect(await removeStage(removal)).toEqual([])
    expect(done).toEqual([
      'remove the stack',
      'empty the bucket',
      `delete ${BUCKET}`,
      'delete table bellwether-smoke-ab12',
      'delete the group',
    ])
  })

  it('finds the bucket and the tables by name when the stack is gone', async () => {
    removal.removeStack = async () => false

    expect(await removeStage(removal)).toEqual([])
    expect(done).toContain(`delete ${BUCKET}`)
    expect(done).toContain('delete table bellwether-smoke-ab12')
  })

  it('reports nothing when everything is gone already', async () => {
    removal.removeStack = async () => false
    s3.on(ListBucketsCommand).resolves({ Buckets: [] })
    dynamo.on(DeleteTableCommand).rejects(named('ResourceNotFoundException'))
    sagemaker
      .on(ListModelPackagesCommand)
      .rejects(named('ValidationException', 'ModelPackageGroup arn:… does not exist.'))

    expect(await removeStage(removal)).toEqual([])
    expect(done).toEqual([])
  })

  it('continues after a failure, and lists what is left', async () => {
    removal.removeStack = async () => {
      throw new Error('sls remove ended with 1')
    }
    s3.on(DeleteObjectsCommand).resolves({ Errors: [{ Key: 'a', Code: 'AccessDenied', Message: 'no' }] })

    expect(await removeStage(removal)).toEqual([
      { what: 'stack bellwether-smoke-ab12', why: 'Error: sls remove ended with 1' },
      { what: 'bucket bellwether-smoke-ab12-*', why: `Error: ${BUCKET}/a: AccessDenied: no` },
    ])
    expect(done).toEqual(['delete table bellwether-smoke-ab12', 'delete the group'])
  })

  it('stops a running training job, and removes the versions of the model', async () => {
    sagemaker.on(ListTrainingJobsCommand).resolves({
      TrainingJobSummaries: [
        { TrainingJobName: 'j', TrainingJobArn: 'a', CreationTime: new Date(), TrainingJobStatus: 'InProgress' },
      ],
    })
    sagemaker.on(ListModelPackagesCommand).resolves({
      ModelPackageSummaryList: [
        { ModelPackageArn: 'arn:1', CreationTime: new Date(), ModelPackageStatus: 'Completed' },
      ],
    })
    sagemaker.on(StopTrainingJobCommand).callsFake(() => noting('stop the job'))
    sagemaker.on(DeleteModelPackageCommand).callsFake(({ ModelPackageName }) => noting(`delete ${ModelPackageName}`))

    expect(await removeStage(removal)).toEqual([])
    expect(done[0]).toBe('stop the job')
    expect(done.slice(-2)).toEqual(['delete arn:1', 'delete the group'])
  })
})
