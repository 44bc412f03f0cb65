import { beforeEach, expect, it } from '@jest/globals'
import { touchedBy } from '../../../services/owner/touched'
import { cardExample, championExample } from '../../shared/card'
import { exampleIndex, exampleReport } from '../../shared/reports'
import { type TestBucket, testBucket } from '../../shared/bucket'
import { lineOf, newWorld, putLines } from './world'

const WRONG = '2026-11-22'
const manifestOf = (batch: string) => `labeled/${batch}/output.manifest`

async function putModels(bucket: TestBucket): Promise<void> {
  const card = cardExample
  for (const [job, batches, verdict] of [
    ['bellwether-dev-before-1', ['2026-11-21'], 'promoted'],
    ['bellwether-dev-first-1', ['2026-11-21', WRONG], 'rejected'],
    ['bellwether-dev-second-1', ['2026-11-21', WRONG, '2026-11-23'], 'promoted'],
  ] as const) {
    const dataset = { ...card.dataset, manifests: batches.map(manifestOf) }
    await bucket.put(`models/${job}/card.json`, JSON.stringify({ ...card, job, verdict, dataset }))
  }
  await bucket.put('champion.json', JSON.stringify({ ...championExample, job: 'bellwether-dev-second-1' }))
  const report = (date: string, model: string, batches: string[]) =>
    exampleReport({ date, model, labels: { version: 1, status: 'ok', batches, latest: date } })
  await bucket.put(
    'reports/index.json',
    JSON.stringify(
      exampleIndex([
        report('2026-11-20', 'bellwether-dev-before-1', ['2026-11-21']),
        report('2026-11-21', 'bellwether-dev-before-1', ['2026-11-21', WRONG]),
        report('2026-11-22', 'bellwether-dev-second-1', ['2026-11-23']),
      ]),
    ),
  )
}

const EXPECTED = {
  models: [
    { job: 'bellwether-dev-second-1', verdict: 'promoted', live: true },
    { job: 'bellwether-dev-first-1', verdict: 'rejected', live: false },
  ],
  reports: [
    { hashtag: 'aws', date: '2026-11-22', through: 'model' },
    { hashtag: 'aws', date: '2026-11-21', through: 'label' },
  ],
}

let bucket: TestBucket
beforeEach(() => {
  bucket = testBucket()
})

it('lists the models whose dataset has the label, and the reports that use it or such a model', async () => {
  await putModels(bucket)

  expect(await touchedBy(bucket, WRONG)).toEqual(EXPECTED)
})

it('lists nothing when nothing was trained or reported', async () => {
  expect(await touchedBy(bucket, WRONG)).toEqual({ models: [], reports: [] })
})

it('returns the affected models and reports with a correction', async () => {
  const world = newWorld()
  const cookie = await world.enter()
  await putLines(world.bucket, WRONG, [lineOf('a', 'technical')])
  await putModels(world.bucket)

  const { json } = await world.send('POST /desk/owner/labels', { cookie, body: { item: 'a', label: 'marketing' } })

  expect(json.touched).toEqual(EXPECTED)
})
