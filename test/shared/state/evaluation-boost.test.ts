import { expect, it } from '@jest/globals'
import { boostEvaluation, isEvaluationBoosted } from '../../../shared/state/evaluation-boost'
import { memoryTable } from '../memory-table'

it('boosts a stream for three days after its last disagreement, under any of its names', async () => {
  const table = memoryTable()
  await boostEvaluation(table, { hashtag: 'aws' }, '2026-11-21')
  await boostEvaluation(table, { hashtag: 'aws' }, '2026-11-19')

  const boosted = (hashtag: string, date: string) => isEvaluationBoosted(table, [{ hashtag }], date)
  const x = { hashtag: 'aws', stream: 'x' }

  expect(await boosted('aws', '2026-11-24')).toBe(true)
  expect(await boosted('aws', '2026-11-25')).toBe(false)
  expect(await boosted('azure', '2026-11-22')).toBe(false)
  expect(await isEvaluationBoosted(table, [x, { hashtag: 'aws' }], '2026-11-24')).toBe(true)
  expect(await isEvaluationBoosted(table, [x], '2026-11-24')).toBe(false)
})
