import { expect, it } from '@jest/globals'
import { foresee } from '../../../services/doctor/new-labels'
import { keys } from '../../../shared/keys'
import type { Settings } from '../../../shared/settings'
import { testBucket } from '../../shared/bucket'
import { aSettledLine, manifestOf } from '../../given'

const labels = (version: number, names: string[], from?: Settings['labels']['from']): Settings['labels'] => ({
  version,
  categories: names.map((name) => ({ name, definition: name, examples: [] })),
  ...(from ? { from } : {}),
})

const labelled = async () => {
  const bucket = testBucket()
  const manifest = [
    aSettledLine('a', 'technical'),
    aSettledLine('b', 'ad'),
    aSettledLine('c', 'weather'),
    'not a line',
    aSettledLine('d', 'technical', { metadata: { 'creation-date': '2026-11-20T10:00:00' } }),
  ]
  await bucket.put(keys.settledManifest({ batch: '2026-11-21' }), manifestOf(manifest))
  await bucket.put(keys.settledManifest({ batch: '2026-11-22' }), manifestOf([aSettledLine('d', 'ad')]))
  return bucket
}

it('says which labels would count, as what, and what happens to agreement', async () => {
  const bucket = await labelled()

  const foreseen = await foresee(bucket)(labels(2, ['technical', 'marketing', 'jobs'], { 1: { ad: 'marketing' } }))

  expect(foreseen.labels).toEqual([
    { version: 1, name: 'ad', items: 2, countsAs: 'marketing' },
    { version: 1, name: 'technical', items: 1, countsAs: null },
    { version: 1, name: 'weather', items: 1, countsAs: null },
  ])
  expect(foreseen.words).toEqual([
    '2 of 4 labels count; no more: 1 technical of version 1, 1 weather of version 1',
    expect.stringContaining('no label yet for technical, jobs'),
    expect.stringContaining('agreement starts again'),
    'no model is live',
  ])
})

it('does not mention what stays the same', async () => {
  const bucket = await labelled()

  const { words } = await foresee(bucket)(labels(1, ['technical', 'ad', 'weather']))

  expect(words).toEqual(['4 of 4 labels count', 'no model is live'])
})

it("counts the owner's decision, whatever annotators said later", async () => {
  const bucket = await labelled()
  const decided = aSettledLine('a', 'ad', { metadata: { adjudicated: true, 'creation-date': '2026-11-19T10:00:00' } })
  await bucket.put(keys.settledManifest({ batch: 'correction-1' }), manifestOf([decided]))

  const foreseen = await foresee(bucket)(labels(1, ['technical', 'ad', 'weather']))

  expect(foreseen.labels).toEqual([
    { version: 1, name: 'ad', items: 3, countsAs: 'ad' },
    { version: 1, name: 'weather', items: 1, countsAs: 'weather' },
  ])
})
