import { expect, it } from '@jest/globals'
import { latestQuality } from '../../../services/analyzer/quality'
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
