import { z } from 'zod'
import { publishedEvent } from './define'
import { shareField } from './fields'
import { exampleBatch, labelledBatch } from './labels-measured'

export const labelsUnreliable = publishedEvent({
  name: 'LabelsUnreliable',
  meaning: 'Annotators err too often to estimate a share or train a model from their labels; with what to do about it.',
  publishedBy: 'labeling',
  version: 2,
  fields: {
    ...labelledBatch,
    errorRate: z
      .object({ mean: shareField, high: shareField })
      .optional()
      .describe(
        'How often a judgement is wrong; `high` is the one-sided 80 % limit, which decides whether labels are unreliable.',
      ),
    reasons: z.array(z.string()).min(1).describe('The reasons, in sentences that a person can act on.'),
    accepted: z.boolean().describe('Whether the configuration trains on such labels anyway.'),
  },
  example: {
    ...exampleBatch,
    alpha: { value: 0.14, low: 0.08, high: 0.2, items: 240 },
    errorRate: { mean: 0.3, high: 0.33 },
    reasons: [
      'two people differ on 104 of 240 items that both judged: about 30 % of judgements are wrong, probably not more than 33 %; above 25 % no share can be estimated',
      'the labels confused most are marketing and technical: sharpen the definition that tells them apart',
    ],
    accepted: false,
  },
})
