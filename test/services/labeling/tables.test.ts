import { gunzipSync } from 'node:zlib'
import { expect, it } from '@jest/globals'
import { writeBatchTables } from '../../../services/labeling/tables'
import { keys } from '../../../shared/keys'
import type { JudgementsRecord, PlanRecord } from '../../../shared/records'
import { type TestBucket, testBucket } from '../../shared/bucket'
import { qualityExample } from '../../shared/quality'

const BATCH = '2026-11-21'
const item = (name: string, hashtags: string[]): PlanRecord['items'][number] => ({
  item: name,
  post: `post of ${name}`,
  role: 'training',
  hashtags,
  date: '2026-11-20',
  size: 1,
  inclusionProbability: 0.5,
  judgements: 2,
  purpose: 'label',
})
const PLAN = { items: [item('one', ['aws']), item('both', ['aws', 'azure']), item('none', [])] }
const said = (annotator: string, label: string) => ({ annotator, said: { label }, at: '2026-11-22T10:00:00.000Z' })
const JUDGED: JudgementsRecord = {
  batch: BATCH,
  date: '2026-11-21',
  schemaVersion: 1,
  items: [
    { item: 'one', purpose: 'label', judgements: [said('ann', 'technical'), said('bob', 'marketing')] },
    { item: 'both', purpose: 'gold', judgements: [{ ...said('ann', ''), said: { flag: 'other "language"\n' } }] },
    { item: 'none', purpose: 'label', judgements: [said('ann', 'technical')] },
  ],
}
const QUALITY = { ...qualityExample, batch: BATCH, date: '2026-11-21' }
const place = (hashtag: string) => keys.tableOfJudgements({ stream: 'x', hashtag, date: '2026-11-21', batch: BATCH })

const written = (bucket: TestBucket) => bucket.written.filter((key) => key.startsWith('tables/'))
const rowsAt = async (bucket: TestBucket, key: string) =>
  gunzipSync((await bucket.read(key))!.body)
    .toString()
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>)

it('writes the judgements of a batch under each hashtag of their messages, and the batch itself', async () => {
  const bucket = testBucket()
  await bucket.put(keys.judgements({ batch: BATCH }), JSON.stringify(JUDGED))

  await writeBatchTables(bucket, () => 'x', PLAN, QUALITY)

  const names = async (hashtag: string) =>
    (await rowsAt(bucket, place(hashtag))).map(({ message, annotator }) => [message, annotator].join(' '))
  expect(await names('aws')).toEqual(['one ann', 'one bob', 'both ann'])
  expect(await names('azure')).toEqual(['both ann'])
  expect(await names('-')).toEqual(['none ann'])
  expect(await rowsAt(bucket, place('azure'))).toMatchObject([
    { label: null, flag: 'other "language"\n', purpose: 'gold' },
  ])
  expect(await rowsAt(bucket, keys.tableOfBatches({ date: '2026-11-21', batch: BATCH }))).toMatchObject([
    { batch: BATCH, items: QUALITY.items, status: QUALITY.status, cost_usd: QUALITY.costUsd },
  ])
})

it('writes a batch only once, so that deleted rows do not come back', async () => {
  const bucket = testBucket()
  await bucket.put(keys.judgements({ batch: BATCH }), JSON.stringify(JUDGED))
  await writeBatchTables(bucket, () => 'x', PLAN, QUALITY)
  const before = written(bucket)

  await writeBatchTables(bucket, () => 'x', PLAN, QUALITY)

  expect(written(bucket)).toEqual(before)
  expect(before).toHaveLength(4)
})

it('writes the missing objects when an invocation crashed between two writes', async () => {
  const bucket = testBucket()
  await bucket.put(keys.judgements({ batch: BATCH }), JSON.stringify(JUDGED))
  bucket.afterWrite = (key) => {
    if (key === place('aws')) throw new Error('died')
  }
  await expect(writeBatchTables(bucket, () => 'x', PLAN, QUALITY)).rejects.toThrow('died')
  bucket.afterWrite = () => undefined

  await writeBatchTables(bucket, () => 'x', PLAN, QUALITY)

  expect(written(bucket)).toHaveLength(4)
})
