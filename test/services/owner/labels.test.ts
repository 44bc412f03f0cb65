import { expect, it } from '@jest/globals'
import { knownReader } from '../../../services/owner/labels'
import { keys } from '../../../shared/keys'
import { labelStore, rulesOf } from '../../../shared/labels'
import { testBucket } from '../../shared/bucket'
import { lineOf, putLines, SETTINGS } from './world'

it('reads what a batch left only once, and the labels again only when a batch came', async () => {
  const bucket = testBucket()
  const read: string[] = []
  const watched: typeof bucket = {
    ...bucket,
    read: async (key) => {
      read.push(key)
      return bucket.read(key)
    },
  }
  const known = knownReader(watched, labelStore(watched, rulesOf(SETTINGS.labels)))

  await putLines(bucket, '2026-11-21', [lineOf('a', 'technical')])
  await known()
  read.splice(0)
  await known()
  expect(read).toEqual([keys.currentLabels({})])

  await putLines(bucket, '2026-11-22', [lineOf('a', 'marketing', {}, { 'creation-date': '2026-11-23T00:00:00' })])
  expect((await known()).labels.labels.get('a')?.label).toBe('marketing')
  expect(read.filter((key) => key.startsWith('labeled/'))).toEqual([keys.settledRefused({ batch: '2026-11-22' })])
})
