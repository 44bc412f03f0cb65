import { expect, it } from '@jest/globals'
import { latestQuality } from '../../../services/analyzer/quality'
import { plansFor } from '../../../services/analyzer/samples'
import { keys } from '../../../shared/keys'
import { testBucket } from '../../shared/bucket'
import { qualityExample } from '../../shared/quality'

const NAMES = ['2026-11-22', '2026-11-22-2', '2026-11-22-10']

it('is that of the last batch of the day, however many it has', async () => {
  const bucket = testBucket()
  for (const batch of [...NAMES, '2026-11-23']) {
    await bucket.put(keys.quality({ batch }), JSON.stringify({ ...qualityExample, batch, reasons: [`of ${batch}`] }))
  }

  expect(await latestQuality(bucket, '2026-11-22', 1)).toMatchObject({ reasons: ['of 2026-11-22-10'] })
})

it('rests on plans in the order of their batches', async () => {
  const bucket = testBucket()
  for (const batch of NAMES) {
    const plan = {
      batch,
      date: batch.slice(0, 10),
      labeller: 'desk',
      job: 'j',
      schemaVersion: 1,
      categories: [],
      deadline: '2026-11-23T00:00:00Z',
      runs: [],
      cascades: 0,
      judgements: 0,
      costUsd: 0,
      items: [],
      draws: [],
    }
    await bucket.put(keys.plan({ batch }), JSON.stringify(plan))
  }

  const plans = await plansFor(bucket, '2026-11-22', '2026-11-22')

  expect(plans.map(({ batch }) => batch)).toEqual(NAMES)
})
