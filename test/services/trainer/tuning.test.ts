import { beforeEach, describe, expect, it } from '@jest/globals'
import { tuned, tuningOf } from '../../../services/trainer/tuning'
import { fastText } from '../../../shared/engines/fasttext'
import { parseBlazingText } from '../../../packages/fasttext/src'
import { keys } from '../../../shared/keys'
import { datasetRecord, tuningRecord } from '../../../shared/records'
import { settings } from '../../../shared/settings'
import { testBucket, type TestBucket } from '../../shared/bucket'
import { putDataset } from './world'

const CONFIGURED = fastText.hyperparameters.parse({
  epochs: 1,
  learning_rate: 0.001,
  min_count: 1,
  vector_dim: 4,
  buckets: 500,
})
const TRAINING = settings.shape.training.parse({ trainer: 'lambda', hyperparameters: {}, tuneSeconds: 0.1 })

let bucket: TestBucket
let warnings: string[]
const log = { warn: (text: string) => void warnings.push(text) }

beforeEach(() => {
  bucket = testBucket()
  warnings = []
})

/** A dataset with this many lines, whose labels cycle through `labels`. */
async function dataset(id: string, train: number, labels = ['technical', 'marketing', 'technical']) {
  await putDataset(bucket, id, { rows: { train, validation: 0, evaluation: 0 } })
  const lines = Array.from({ length: train }, (_, i) => {
    const label = labels[i % labels.length]!
    const shown = `${label === 'technical' ? 'the lambda timed out' : 'join the webinar'} today ${i % 17}`
    return `${JSON.stringify({ item: `item${i}`, shown, label, inclusionProbability: null })}\n`
  })
  await bucket.put(keys.trainExamples({ dataset: id }), lines.join(''))
  return bucket.readJson(keys.dataset({ dataset: id }), datasetRecord)
}

const searches = async () => {
  const found: string[] = []
  for await (const { key } of bucket.list('tuning/')) found.push(key)
  return found
}

describe('a search for hyperparameters', () => {
  it('finds better ones than the configured ones, valid for BlazingText, and records the trials', async () => {
    const data = await dataset('a000000000000000', 120)

    const found = await tuned(bucket, data, fastText, CONFIGURED, TRAINING, log)

    const [key] = await searches()
    const record = await bucket.readJson(key!, tuningRecord)
    expect(key).toBe('tuning/fasttext/1/120/a000000000000000.json')
    expect(record).toMatchObject({
      datasetId: data.datasetId,
      rows: 120,
      seconds: 0.1,
      goal: 'macroF1',
      hyperparameters: found,
    })
    expect(record.tried).toHaveLength(4)
    expect(record.tried[0]).toMatchObject({ hyperparameters: CONFIGURED })
    expect(found).not.toEqual(CONFIGURED)
    expect(found).toMatchObject({ mode: 'supervised', buckets: '500', early_stopping: 'False' })
    expect(parseBlazingText(found).buckets).toBe(500)
    expect(await tuningOf(bucket, data, 'fasttext', found)).toBe(key)
  })

  it('is deterministic, and runs once per dataset', async () => {
    const data = await dataset('a000000000000000', 120)
    await tuned(bucket, data, fastText, CONFIGURED, TRAINING, log)
    const first = bucket.texts()
    const writes = bucket.written.length
    await tuned(bucket, data, fastText, CONFIGURED, TRAINING, log)
    expect(bucket.written).toHaveLength(writes)

    bucket = testBucket()
    await tuned(bucket, await dataset('a000000000000000', 120), fastText, CONFIGURED, TRAINING, log)

    expect(bucket.texts()).toEqual(first)
  })

  it('runs again when the training set is half again as large, and not before', async () => {
    const found = await tuned(bucket, await dataset('a000000000000000', 120), fastText, CONFIGURED, TRAINING, log)

    const slightly = await dataset('b000000000000000', 179)
    expect(await tuned(bucket, slightly, fastText, CONFIGURED, TRAINING, log)).toEqual(found)
    expect(await tuningOf(bucket, slightly, 'fasttext', found)).toBe('tuning/fasttext/1/120/a000000000000000.json')
    expect(await searches()).toHaveLength(1)

    await tuned(bucket, await dataset('c000000000000000', 180), fastText, CONFIGURED, TRAINING, log)
    expect(await searches()).toHaveLength(2)
    // A late dataset is trained the same way as an early one.
    expect(await tuned(bucket, slightly, fastText, CONFIGURED, TRAINING, log)).toEqual(found)
  })

  it('is separate for each label version', async () => {
    await tuned(bucket, await dataset('a000000000000000', 120), fastText, CONFIGURED, TRAINING, log)

    await tuned(
      bucket,
      { ...(await dataset('b000000000000000', 120)), schemaVersion: 2 },
      fastText,
      CONFIGURED,
      TRAINING,
      log,
    )

    expect(await searches()).toEqual([
      'tuning/fasttext/1/120/a000000000000000.json',
      'tuning/fasttext/2/120/b000000000000000.json',
    ])
  })

  it.each([
    ['it is switched off', 120, { tuneSeconds: 0 }],
    ['there are too few posts', 99, {}],
  ])('does not run when %s', async (_, rows, change) => {
    const data = await dataset('a000000000000000', rows)

    expect(await tuned(bucket, data, fastText, CONFIGURED, { ...TRAINING, ...change }, log)).toEqual(CONFIGURED)
    expect(await searches()).toEqual([])
    expect(await tuningOf(bucket, data, 'fasttext', CONFIGURED)).toBeNull()
  })

  it('leaves the configured values when it cannot run, and says so', async () => {
    const data = await dataset('a000000000000000', 120, ['technical'])

    expect(await tuned(bucket, data, fastText, CONFIGURED, TRAINING, log)).toEqual(CONFIGURED)
    expect(warnings).toEqual(['no search for hyperparameters'])
    expect(await searches()).toEqual([])
  })
})

it('does not report a search for a job with other hyperparameters', async () => {
  const data = await dataset('a000000000000000', 120)
  await tuned(bucket, data, fastText, CONFIGURED, TRAINING, log)

  expect(await tuningOf(bucket, data, 'fasttext', { ...CONFIGURED, epochs: '7' })).toBeNull()
})
