import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { evaluationLabels, evaluationWindow, labelStore } from '../../../shared/labels'
import { keys } from '../../../shared/keys'
import { testBucket } from '../bucket'
import { aSettledLine, manifestOf } from '../../given'

const item = (id: string, date: string) => ({ item: id, date })

it('fills the evaluation window with the newest posts, ordered by id within a day', () => {
  const items = [item('c', '2026-11-20'), item('b', '2026-11-21'), item('a', '2026-11-21'), item('d', '2026-11-22')]

  expect(evaluationWindow(items, 3).map((one) => one.item)).toEqual(['d', 'a', 'b'])
})

it('gives the same window for any order of the labels', () => {
  const items = Array.from({ length: 30 }, (_, i) => item(`i${i}`, `2026-11-${10 + (i % 7)}`))
  fc.assert(
    fc.property(fc.shuffledSubarray(items, { minLength: 30 }), fc.nat(30), (shuffled, size) => {
      expect(evaluationWindow(shuffled, size)).toEqual(evaluationWindow(items, size))
    }),
  )
})

it('does not include an old post in the window because its label was corrected', async () => {
  const bucket = testBucket()
  const evaluated = (id: string, date: string, metadata = {}) =>
    aSettledLine(id, 'technical', { role: 'evaluation', date, metadata })
  const lines = [evaluated('old', '2026-11-01'), evaluated('b', '2026-11-20'), evaluated('c', '2026-11-21')]
  await bucket.put(
    keys.settledManifest({ batch: '2026-11-22' }),
    manifestOf([...lines, aSettledLine('t', 'technical')]),
  )
  const corrected = evaluated('old', '2026-11-01', { adjudicated: true, 'creation-date': '2026-11-25T00:00:00' })
  await bucket.put(keys.settledManifest({ batch: 'correction-1' }), manifestOf([corrected]))

  const { labels } = await labelStore(bucket, { schemaVersion: 1, categories: ['technical'] }).read()

  const window = (upTo?: string) => evaluationWindow(evaluationLabels(labels, upTo), 2).map((one) => one.item)
  expect(window()).toEqual(['c', 'b'])
  expect(window('2026-11-20')).toEqual(['b', 'old'])
})
