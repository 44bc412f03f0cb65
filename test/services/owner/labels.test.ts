import { expect, it } from '@jest/globals'
import { knownReader } from '../../../services/owner/labels'
import { testBucket } from '../../shared/bucket'
import { lineOf, putLines, SETTINGS } from './world'

it('reads the manifests again only when one came', async () => {
  const bucket = testBucket()
  const read: string[] = []
  const { lines } = bucket
  bucket.lines = (key) => {
    read.push(key)
    return lines(key)
  }
  const known = knownReader(bucket, SETTINGS)

  await putLines(bucket, '2026-11-21', [lineOf('a', 'technical')])
  await known()
  await known()
  expect(read).toHaveLength(1)

  await putLines(bucket, '2026-11-22', [lineOf('a', 'marketing', {}, { 'creation-date': '2026-11-23T00:00:00' })])
  expect((await known()).given.get('a')?.line['label-metadata']['class-name']).toBe('marketing')
})
