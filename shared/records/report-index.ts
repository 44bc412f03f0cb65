import { z } from 'zod'
import { fraction } from './fields'
import { answerRecord, reportRecord, secondPredictorRecord, stretchRecord } from './report'

const briefAnswer = answerRecord
  .pick({ state: true, labels: true, more: true, shares: true, judgements: true })
  .extend({
    tight: answerRecord.shape.tight.pick({ state: true, z7: true, shares: true }),
  })
const briefStretch = stretchRecord
  .pick({ from: true, days: true, posts: true, messages: true, collected: true })
  .extend({ byPosts: briefAnswer, byMessages: briefAnswer })

/** `reports/index.json`: the headline of every day of every stream, sorted by date, hashtag and network. */
export const reportIndexRecord = z.object({
  days: z.array(
    reportRecord.pick({ hashtag: true, stream: true, date: true, model: true, labels: true, complete: true }).extend({
      secondPredictor: secondPredictorRecord
        .pick({ provider: true, model: true, prompt: true })
        .extend({ weight: fraction.describe('The weight of its answers in the headline of the day, by posts.') })
        .optional(),
      day: briefStretch,
      week: briefStretch,
    }),
  ),
})
export type ReportIndexRecord = z.infer<typeof reportIndexRecord>
