import { expect, it } from '@jest/globals'
import { boostEvaluation, isEvaluationBoosted } from '../../../shared/state/evaluation-boost'
import { memoryTable } from '../memory-table'

it('holds for three days after the last disagreement, for its hashtag', async () => {
  const table = memoryTable()
  await boostEvaluation(table, 'aws', '2026-11-21')
  await boostEvaluation(table, 'aws', '2026-11-19')

  const boosted = (hashtag: string, date: string) => isEvaluationBoosted(table, { hashtag, date })

  expect(await boosted('aws', '2026-11-24')).toBe(true)
  expect(await boosted('aws', '2026-11-25')).toBe(false)
  expect(await boosted('azure', '2026-11-22')).toBe(false)
})
