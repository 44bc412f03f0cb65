import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs'
import { mockClient } from 'aws-sdk-client-mock'
import { runState } from '../../../../services/collector/run'
import { sqsCounts } from '../../../../services/doctor/today/queues'
import { today } from '../../../../services/doctor/today/today'
import { keys } from '../../../../shared/keys'
import { openCursor } from '../../../../shared/state/cursor'
import { book } from '../../../../shared/state/ledger'
import { claimBatch, markStarted } from '../../../../shared/state/open-batches'
import { claimDay, noteEnd, noteStart } from '../../../../shared/state/training-jobs'
import type { Dimensions } from '../../../../shared/watch/metrics'
import { aPost, aSettings, putRun } from '../../../given'
import { testBucket, type TestBucket } from '../../../shared/bucket'
import { cardExample, championExample } from '../../../shared/card'
import { qualityExample } from '../../../shared/quality'
import { exampleIndex } from '../../../shared/reports'
import { testTable, type TestTable } from '../../../shared/tables'

const NOW = new Date('2026-11-22T12:00:00Z')
const DATASET = '3f9c2a7d0b1e4c55'
const JOB = `bellwether-dev-${DATASET}-1`

let tables: TestTable
let bucket: TestBucket
let measured: [Dimensions, object][]
const sqs = mockClient(SQSClient)

beforeEach(async () => {
  tables = await testTable()
  bucket = testBucket()
  measured = []
  sqs.reset()
  sqs.on(GetQueueAttributesCommand).resolves({ Attributes: { ApproximateNumberOfMessages: '0' } })
})
afterEach(() => tables.stop())

const look = (changes: object = {}) =>
  today({
    objects: bucket,
    table: tables.table,
    settings: aSettings({ hashtags: [{ tag: 'aws', source: 'file' }] }),
    countMessages: sqsCounts(new SQSClient({ region: 'eu-west-1' })),
    deadLetters: { collector: 'https://sqs/collector-dead-letters', analyzer: 'https://sqs/analyzer-dead-letters' },
    stage: 'dev',
    measure: (dimensions, values) => measured.push([dimensions, values]),
    ...changes,
  })(NOW)
const statesOf = ({ stages }: Awaited<ReturnType<typeof look>>) =>
  stages.map(({ stage, state }) => `${stage}: ${state}`)

async function goodDay(): Promise<void> {
  const { table } = tables
  await openCursor(table, runState, [{ hashtag: 'aws' }], '2026-11-22T00:00:00.000Z')
  await putRun(bucket, { pages: [[aPost('p1'), aPost('p2')]] })
  await book(table, { kind: 'collectUsd', perDay: 10, perMonth: 300 }, '2026-11-22', 'page-1', 4)
  await bucket.put(keys.settledManifest({ batch: '2026-11-21' }), '')
  await bucket.put(keys.quality({ batch: '2026-11-21' }), JSON.stringify({ ...qualityExample, date: '2026-11-21' }))
  await claimDay(table, '2026-11-22', DATASET)
  const noted = {
    datasetId: DATASET,
    attempt: 1,
    spot: true,
    trainer: 'blazingtext',
    since: NOW.toISOString(),
    engine: 'fasttext',
  }
  await noteStart(table, JOB, noted, NOW)
  await noteEnd(table, JOB)
  const card = { ...cardExample, job: JOB }
  await bucket.put(keys.training({ job: JOB }), JSON.stringify({ ...card.training, costUsd: 0.11 }))
  await bucket.put(keys.card({ job: JOB }), JSON.stringify(card))
  await bucket.put(
    keys.champion({}),
    JSON.stringify({ ...championExample, job: JOB, promotedAt: '2026-11-21T12:00:00Z' }),
  )
  const [day] = exampleIndex().days
  await bucket.put(keys.reportIndex({}), JSON.stringify({ days: [{ ...day, hashtag: 'aws', date: '2026-11-21' }] }))
}

it('reports on a newly deployed stack', async () => {
  const seen = await look()

  expect(seen).toMatchObject({ day: '2026-11-21', ready: true })
  expect(new Set(statesOf(seen).map((one) => one.split(': ')[1]))).toEqual(new Set(['not due', 'done']))
})

it('finds each stage of a day in what the services leave', async () => {
  await goodDay()
  const seen = await look()

  expect(statesOf(seen)).toEqual(seen.stages.map(({ stage }) => `${stage}: done`))
  expect(seen.ready).toBe(true)
})

it('finds the newest job of each engine', async () => {
  const { table } = tables
  await goodDay()
  const of = { datasetId: DATASET, spot: false, trainer: 'lambda', since: NOW.toISOString() }
  const jobs = [
    { job: `bellwether-dev-${DATASET}-2`, attempt: 2, engine: 'fasttext' },
    { job: `bellwether-dev-${DATASET}-linear-1`, attempt: 1, engine: 'linear', entrant: 'linear' },
  ]
  for (const { job, ...attempt } of jobs) await noteStart(table, job, { ...of, ...attempt }, NOW)
  await noteEnd(table, jobs[1]!.job)

  const trained = (await look()).stages.filter(({ stage }) => stage === 'trained')

  expect(trained).toMatchObject([
    { engine: 'fasttext', state: 'under way', found: expect.stringContaining(jobs[0]!.job) },
    { engine: 'linear', state: 'failed', found: expect.stringContaining(jobs[1]!.job) },
  ])
})

it('measures the day with few dimensions, each gauge once', async () => {
  await goodDay()
  await look()

  const values = measured.flatMap(([{ service, hashtag }, all]) =>
    Object.entries(all).map(([name, value]) => [[service, hashtag, name].filter(Boolean).join(' '), value]),
  )
  expect(Object.fromEntries(values)).toEqual({
    'collector aws Posts': 2,
    'collector aws RefusedRows': 0,
    'collector aws PercentCollected': expect.closeTo(100, 1),
    'analyzer aws ReportAgeDays': 0.5,
    'labeling ItemsWaiting': 0,
    'labeling Judgements': qualityExample.judgements,
    'labeling LabelAgeDays': 0.5,
    'evaluator ModelAgeDays': 1,
    'evaluator LiveMacroF1': cardExample.scores.challenger?.macroF1,
    'collector UsdThisMonth': 4,
    'labeling UsdThisMonth': 0,
    'trainer UsdThisMonth': 0.11,
    'doctor DeadLetters': 0,
    'doctor LateStages': 0,
  })
  expect(values).toHaveLength(14)
})

it('says what waits for people', async () => {
  const claim = { batch: '2026-11-21', date: '2026-11-21', runs: [], carried: [] }
  await claimBatch(tables.table, { ...claim, claimedAt: '2026-11-22T01:00:00Z', deadline: '2026-11-22T21:00:00Z' })
  await markStarted(tables.table, '2026-11-21')

  expect((await look()).stages).toContainEqual(
    expect.objectContaining({
      stage: 'labelled',
      state: 'waits for people',
      help: expect.stringContaining('desk-invite'),
    }),
  )
})

it('counts dead letters per function', async () => {
  sqs
    .on(GetQueueAttributesCommand, { QueueUrl: 'https://sqs/analyzer-dead-letters' })
    .resolves({ Attributes: { ApproximateNumberOfMessages: '2' } })

  const { ready, stages } = await look()

  expect(ready).toBe(false)
  expect(stages.at(-1)).toMatchObject({ state: 'failed', found: 'analyzer 2' })
})

it('never reports ready when access is denied, but measures the rest and still finds what is late', async () => {
  await goodDay()
  sqs.on(GetQueueAttributesCommand).rejects(Object.assign(new Error('no'), { name: 'AccessDenied' }))

  expect(await look()).toMatchObject({ ready: null })
  expect(measured.map(([, values]) => Object.keys(values)).flat()).not.toContain('DeadLetters')

  await bucket.put(keys.reportIndex({}), '{"days":[]}')
  expect(await look()).toMatchObject({ ready: false })
})
