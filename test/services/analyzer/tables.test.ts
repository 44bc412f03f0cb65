import { gunzipSync } from 'node:zlib'
import { beforeEach, describe, expect, it } from '@jest/globals'
import { type Prediction, predictionsToCsv } from '../../../services/analyzer/facts/prediction'
import { writePredictions, writeShares } from '../../../services/analyzer/facts/tables'
import { keys } from '../../../shared/keys'
import { type TestBucket, testBucket } from '../../shared/bucket'
import { exampleReport } from '../../shared/reports'

const DAY = { hashtag: 'aws', date: '2026-11-21' }
const PLACE = { stream: 'x', ...DAY }
const TABLE = keys.tableOfPredictions(PLACE)

let bucket: TestBucket
beforeEach(() => {
  bucket = testBucket()
})

const aPrediction = (post: string, label = 'a "quoted"\nlabel'): Prediction => ({
  post,
  label,
  probability: 0.75,
  model: 'job-1',
  cascade: '0011223344556677',
  probabilities: { [label]: 0.75, other: 0.25 },
})
async function classified(run: string, posts: readonly string[], into = bucket): Promise<string> {
  const key = keys.predictions({ ...DAY, run })
  const batches = async function* () {
    yield posts.map((post) => aPrediction(post))
  }
  await into.putStream(key, predictionsToCsv(batches()))
  return key
}
async function rowsAt(key: string, from = bucket): Promise<Record<string, unknown>[]> {
  const lines = gunzipSync((await from.read(key))!.body)
    .toString()
    .split('\n')
    .slice(0, -1)
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
}
const postsAt = async (from = bucket) => (await rowsAt(TABLE, from)).map(({ post_id: post }) => post)

describe('the table of predictions', () => {
  it("has the model's prediction for each post", async () => {
    await writePredictions(bucket, PLACE, [await classified('one', ['1'])])

    expect(await rowsAt(TABLE)).toEqual([
      {
        post_id: '1',
        label: 'a "quoted"\nlabel',
        probability: 0.75,
        model: 'job-1',
        message: '0011223344556677',
        probabilities: JSON.stringify({ 'a "quoted"\nlabel': 0.75, other: 0.25 }),
      },
    ])
  })

  it('has a post of two runs once, in whatever order they were classified', async () => {
    const one = await classified('one', ['1', '2'])
    await writePredictions(bucket, PLACE, [one])
    const two = await classified('two', ['2', '3'])
    await writePredictions(bucket, PLACE, [one, two])
    const other = testBucket()
    await classified('two', ['2', '3'], other)
    await writePredictions(other, PLACE, [two])
    await classified('one', ['1', '2'], other)
    await writePredictions(other, PLACE, [one, two])

    expect(await postsAt()).toEqual(['1', '2', '3'])
    expect((await other.read(TABLE))?.body.equals((await bucket.read(TABLE))!.body)).toBe(true)
  })

  it('is not rewritten for the same runs', async () => {
    const one = await classified('one', ['1'])
    await writePredictions(bucket, PLACE, [one])
    const before = bucket.written.length

    await writePredictions(bucket, PLACE, [one])

    expect(bucket.written).toHaveLength(before)
  })
})

describe('the table of shares', () => {
  it('has a row for each category, period and basis, including withheld shares', async () => {
    const report = exampleReport(DAY)

    await writeShares(bucket, PLACE, report, ['technical', 'marketing'])
    await writeShares(bucket, PLACE, report, ['technical', 'marketing'])

    const rows = await rowsAt(keys.tableOfShares(PLACE))
    expect(bucket.written).toEqual([keys.tableOfShares(PLACE)])
    expect(rows.map(({ period, basis, label }) => [period, basis, label].join(' '))).toEqual(
      ['day', 'week'].flatMap((period) =>
        ['posts', 'messages'].flatMap((basis) =>
          ['technical', 'marketing'].map((label) => `${period} ${basis} ${label}`),
        ),
      ),
    )
    const [first] = rows
    const share = report.day.byPosts.shares.find(({ label }) => label === 'technical')
    expect(first).toMatchObject({
      state: report.day.byPosts.state,
      share: share?.share ?? null,
      low: share?.low ?? null,
      high: share?.high ?? null,
      posts: report.day.posts,
      complete: report.complete,
    })
  })
})
