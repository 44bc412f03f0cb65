import { z } from 'zod'
import { day, fraction } from './fields'

const interval = z.object({ low: z.number(), high: z.number() }).nullable().describe('95 %.')

/** An engine beside the others on a card: its latest model, and what it costs. */
export const engineStanding = z.object({
  engine: z.string(),
  job: z.string().describe('Its latest model, which the figures are of.'),
  latestDate: day.describe('Last UTC day of the labels of that model.'),
  verdict: z.enum(['promoted', 'rejected']),
  isLive: z.boolean().describe('A model of this engine is live after the verdict of the card.'),
  items: z.int().nonnegative().describe('Evaluation items that it was measured on.'),
  macroF1: fraction.nullable(),
  macroF1Interval: interval,
  ece: fraction.nullable().describe('Expected calibration error of its probabilities as they are shown.'),
  eceInterval: interval,
  drift: z
    .number()
    .nullable()
    .describe('Of macro-F1, less the mean of its models of the 14 days of labels before; null without one.'),
  trainSeconds: z.number().nonnegative(),
  trainingUsd: z.number().nonnegative().nullable(),
  labelsUsd: z.number().nonnegative().nullable().describe('What people were paid for the labels that it learned from.'),
  millionPosts: z
    .object({
      usd: z.number().nonnegative().nullable(),
      how: z.string(),
      seconds: z.number().nonnegative().nullable(),
      tokens: z.int().nonnegative().describe('Of a language model: none for engines that run in the function.'),
    })
    .nullable(),
  postsPerSecond: z.number().positive().nullable().describe('On one core.'),
  lost: z
    .object({
      since: day,
      days: z.int().positive().describe('Days of labels, the first and the last included.'),
      isLong: z.boolean().describe('Four weeks or more: the engine is named with what it costs.'),
      trainings: z.int().positive(),
      seconds: z.number().nonnegative(),
      usd: z.number().nonnegative().nullable().describe('Paid for these trainings; null where none has a price.'),
    })
    .nullable()
    .describe(
      'Since when its models were judged and a model of another engine was live; null while one of its own is.',
    ),
})
export type EngineStanding = z.infer<typeof engineStanding>
