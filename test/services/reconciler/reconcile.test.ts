import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { LambdaClient, InvokeCommand } from '@aws-sdk/client-lambda'
import { mockClient } from 'aws-sdk-client-mock'
import { noteOpen } from '../../../shared/state/open-deletions'
import { noteRewrittenLabels } from '../../../shared/state/rewritten-labels'
import { markReported } from '../../../shared/state/reported-batches'
import { claimBatch, markStarted } from '../../../shared/state/open-batches'
import { logRun } from '../../../shared/state/run-log'
import { claimDay, noteEnd, noteStart } from '../../../shared/state/training-jobs'
import { runState } from '../../../services/collector/run'
import { openCursor } from '../../../shared/state/cursor'
import { lambdaInvoke } from '../../../services/reconciler/invoke'
import { reconcile, type ReconcilePorts } from '../../../services/reconciler/reconcile'
import { takeLease } from '../../../shared/state/lease'
import { keys } from '../../../shared/keys'
import { aSettings } from '../../given'
import { testBucket, type TestBucket } from '../../shared/bucket'
import { exampleIndex } from '../../shared/reports'
import { testTable, type TestTable } from '../../shared/tables'
import { putChampion, putRun } from '../analyzer/day'
import { putTrained } from '../evaluator/contest'

const NOW = new Date('2026-11-22T12:00:00Z')
const SINCE = '2026-11-22T09:00:00.000Z'
const DATASET = '3f9c2a7d0b1e4c55'
const JOB = `bellwether-dev-${DATASET}-1`
const log = { info: () => undefined, warn: () => undefined, error: () => undefined }

let tables: TestTable
let bucket: TestBucket
let ports: ReconcilePorts
let asked: [service: string, request: unknown][]

beforeEach(async () => {
  tables = await testTable()
  bucket = testBucket()
  asked = []
  ports = {
    objects: bucket,
    table: tables.table,
    settings: aSettings({ hashtags: [{ tag: 'aws', source: 'file' }] }),
    invoke: async (service, request) => void asked.push([service, request]),
  }
})

afterEach(() => tables.stop())

/** A day without losses, as the services leave it. */
async function goodDay(): Promise<void> {
  const { table } = tables
  const place = { hashtag: 'aws', date: '2026-11-21', run: 'one' }
  const cursor = await openCursor(table, runState, [{ hashtag: 'aws' }], '2026-11-22T00:00:00.000Z')
  expect(cursor.state().run).toBeNull()
  const lease = await takeLease(table, 'collect#aws', 'me', NOW.getTime() - 7_200_000, NOW.getTime() - 7_100_000)
  await lease.release()
  await putRun(bucket, { pages: [], ...place })
  await logRun(table, place, keys.run(place))
  await claimDay(table, '2026-11-22', DATASET)
  await noteStart(
    table,
    JOB,
    { datasetId: DATASET, attempt: 1, spot: true, trainer: 'blazingtext', since: SINCE, engine: 'fasttext' },
    new Date(NOW.getTime() - 7_200_000),
  )
  await noteEnd(table, JOB)
  await bucket.put(keys.settledManifest({ batch: '2026-11-21' }), '')
  await markReported(table, '2026-11-21', NOW)
  await putTrained(bucket, { job: JOB, dataset: DATASET })
  await bucket.put(keys.card({ job: JOB }), '{}')
  await bucket.put(keys.registration({ job: JOB }), '{}')
  await putChampion(bucket, JOB)
  await bucket.put(keys.predictions(place), '')
  const [day] = exampleIndex().days
  await bucket.put(keys.reportIndex({}), JSON.stringify({ days: [{ ...day, ...place, model: JOB }] }))
}

it('does not mistake a manifest that a deletion rewrote for new labels, and resumes an open deletion', async () => {
  await goodDay()
  const key = keys.settledManifest({ batch: '2026-11-21' })
  const before = { etag: (await bucket.etag(key)) ?? '', modified: new Date('2026-11-22T00:05:00Z') }
  const etag = `"${createHash('md5').update('less').digest('hex')}"`
  await noteRewrittenLabels(tables.table, '2026-11-21', { before: before.etag, etag, modified: before.modified })
  await bucket.put(key, 'less')
  await noteOpen(tables.table, ['0123456789abcdef'])

  const { lost, looked } = await reconcile(ports)({ now: NOW, log })

  expect(lost).toEqual([])
  expect(looked).toEqual([{ to: 'privacy', why: '1 deletion may go on' }])
})

it('requests nothing after a good day or in an empty stack', async () => {
  const empty = await reconcile(ports)({ now: NOW, log })
  await goodDay()

  expect(empty).toEqual({ lost: [], looked: [], stuck: [] })
  expect(await reconcile(ports)({ now: NOW, log })).toEqual({ lost: [], looked: [], stuck: [] })
  expect(asked).toEqual([])
})

it('asks every service whose event was lost', async () => {
  const { table } = tables
  await putRun(bucket, { pages: [] })
  await bucket.put(keys.settledManifest({ batch: '2026-11-22' }), '')
  await putChampion(bucket, JOB)
  await bucket.put(keys.training({ job: JOB }), '{}')
  await noteStart(
    table,
    `bellwether-dev-${DATASET}-2`,
    { datasetId: DATASET, attempt: 2, spot: true, trainer: 'blazingtext', since: SINCE, engine: 'fasttext' },
    new Date('2026-11-22T09:00:00Z'),
  )
  const claim = { date: '2026-11-21', claimedAt: '2026-11-21T01:00:00.000Z', runs: [], carried: [] }
  await claimBatch(table, { batch: 'late', deadline: '2026-11-21T21:00:00.000Z', ...claim })
  await markStarted(table, 'late')

  await reconcile(ports)({ now: NOW, log })

  expect(asked).toMatchObject([
    ['labeling', { run: expect.stringContaining('run.json') }],
    ['labeling', { settle: 'late' }],
    ['formatter', {}],
    ['trainer', { finish: `bellwether-dev-${DATASET}-2` }],
    ['evaluator', { job: JOB }],
    ['analyzer', { hashtag: 'aws', date: '2026-11-21' }],
    ['analyzer', { labels: '2026-11-22' }],
  ])
})

it('asks only once about what may be correct as it is', async () => {
  // Labels that changed no dataset and that the reports include.
  await bucket.put(keys.settledManifest({ batch: '2026-11-22' }), '')
  await markReported(tables.table, '2026-11-22', NOW)

  const hours = []
  for (let hour = 0; hour < 7; hour++) {
    hours.push(await reconcile(ports)({ now: new Date(NOW.getTime() + hour * 3_600_000), log }))
  }

  expect(hours.map(({ lost, looked, stuck }) => lost.length + looked.length + stuck.length)).toEqual([
    1, 0, 0, 0, 0, 0, 0,
  ])
  expect(asked).toEqual([['formatter', {}]])
})

it('asks a few times about the same loss, and then leaves it to a person', async () => {
  await bucket.put(keys.training({ job: JOB }), '{}')

  const hours = []
  for (let hour = 0; hour < 7; hour++) {
    hours.push(await reconcile(ports)({ now: new Date(NOW.getTime() + hour * 3_600_000), log }))
  }

  expect(hours.map(({ lost, stuck }) => [lost.length, stuck.length])).toEqual([
    ...Array.from({ length: 5 }, () => [1, 0]),
    ...Array.from({ length: 2 }, () => [0, 1]),
  ])
  expect(asked).toHaveLength(5)
})

describe('a reconciliation after a good day', () => {
  /** The number of bucket listings in each reconciliation. */
  async function listsOf(looks: readonly Date[], between?: () => Promise<unknown>): Promise<number[]> {
    let lists = 0
    const list: ReconcilePorts['objects']['list'] = (...what) => (lists++, bucket.list(...what))
    const counts: number[] = []
    for (const [i, now] of looks.entries()) {
      const before = lists
      await reconcile({ ...ports, objects: { ...bucket, list } })({ now, log })
      counts.push(lists - before)
      if (i === 0) await between?.()
    }
    return counts
  }
  const later = (hours: number) => new Date(NOW.getTime() + hours * 3_600_000)

  it('lists the bucket once more, and then twice a day', async () => {
    await goodDay()

    expect(await listsOf([0, 1, 2, 11, 12, 13].map(later))).toEqual([7, 0, 0, 0, 7, 0])
  })

  it('lists the bucket again when a row changed', async () => {
    await goodDay()
    const place = { hashtag: 'aws', date: '2026-11-22', run: 'two' }

    expect(await listsOf([0, 1].map(later), () => logRun(tables.table, place, keys.run(place)))).toEqual([7, 7])
  })

  it.each([
    ['another model is live', keys.champion({})],
    ['labels arrived', keys.currentLabels({})],
  ])('lists the bucket again when %s without changing a row', async (_, key) => {
    await goodDay()
    const changed = async () => bucket.put(key, `${(await bucket.read(key))?.body.toString() ?? '{}'}\n`)

    expect(await listsOf([0, 1].map(later), changed)).toEqual([7, 7])
  })

  it('keeps listing the bucket while something in it is young', async () => {
    await goodDay()
    const [first] = await listsOf([new Date('2026-11-22T00:10:00Z')])

    expect([first, ...(await listsOf([new Date('2026-11-22T00:20:00Z')]))]).toEqual([7, 7])
  })

  it('finds a loss immediately when a row shows it, and otherwise within half a day', async () => {
    await goodDay()
    await reconcile(ports)({ now: NOW, log })
    await bucket.put(keys.settledManifest({ batch: 'correction-0123456789abcdef' }), '')

    expect((await reconcile(ports)({ now: later(11), log })).lost).toEqual([])
    expect((await reconcile(ports)({ now: later(12), log })).lost).toMatchObject([
      { to: 'formatter' },
      { to: 'analyzer' },
    ])
  })
})

it('invokes a service by name, asynchronously', async () => {
  const client = new LambdaClient({ region: 'eu-west-1' })
  const sent = mockClient(client).on(InvokeCommand).resolves({ StatusCode: 202 })
  const name = (service: string) => `bellwether-dev-${service}`
  const functions = {
    collector: name('collector'),
    labeling: name('labeling'),
    formatter: name('formatter'),
    trainer: name('trainer'),
    evaluator: name('evaluator'),
    analyzer: name('analyzer'),
    privacy: name('privacy'),
  }

  await lambdaInvoke(client, functions)('trainer', { finish: JOB })

  expect(sent.commandCalls(InvokeCommand)[0]!.args[0].input).toEqual({
    FunctionName: 'bellwether-dev-trainer',
    InvocationType: 'Event',
    Payload: `{"finish":"${JOB}","unattended":true}`,
  })
})
