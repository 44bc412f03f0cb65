import { expect, it } from '@jest/globals'
import { withEvaluationBoost } from '../../../../services/labeling/sampling/boosted'
import { boostEvaluation } from '../../../../shared/state/evaluation-boost'
import { keys } from '../../../../shared/keys'
import { memoryTable } from '../../../shared/memory-table'
import { settingsWith } from '../world'

it.each([
  ['twice as many', 0.3, 'aws', '2026-11-22', 0.6],
  ['almost all items, but never all', 0.5, 'aws', '2026-11-24', 0.9],
  ['no fewer than the configured share', 0.95, 'aws', '2026-11-22', 0.95],
  ['no more for another hashtag', 0.3, 'azure', '2026-11-22', 0.3],
  ['no more once the boosted days are over', 0.3, 'aws', '2026-11-25', 0.3],
])('boosts evaluation items after a disagreement: %s', async (_, share, hashtag, date, expected) => {
  const table = memoryTable()
  await boostEvaluation(table, { hashtag: 'aws' }, '2026-11-21')
  const settings = settingsWith({ evaluationShare: share })

  const boosted = await withEvaluationBoost(table, settings, [keys.run({ hashtag, date, run: 'one' })])

  expect(boosted.evaluationShare).toBe(expected)
})
