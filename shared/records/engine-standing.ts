import { z } from 'zod'
import { day, fraction } from './fields'

const interval = z.object({ low: z.number(), high: z.number() }).nullable().describe('95 %.')

/** An engine beside the others on a card: its latest model, and its cost. */
export const engineStanding = z.object({
  engine: z.string(),
  job: z.string().describe('Its latest model; all figures are of this model.'),
  latestDate: day.describe('Last UTC day of the labels of that model.'),
  verdict: z.enum(['promoted', 'rejected']),
  isLive: z.boolean().describe('A model of this engine is live after the verdict of the card.'),
  items: z.int().nonnegative().describe('Evaluation items that it was measured on.'),
  macroF1: fraction.nullable(),
  macroF1Interval: interval,
  ece: fraction.nullable().describe('Expected calibration error of its probabilities after scaling.'),
  eceInterval: interval,
  drift: z
    .number()
    .nullable()
    .describe('Macro-F1 minus the mean of its models of the 14 days of labels before; null without such a model.'),
  trainSeconds: z.number().nonnegative(),
  trainingUsd: z.number().nonnegative().nullable(),
  labelsUsd: z.number().nonnegative().nullable().describe('Cost of the labels that it learned from.'),
  millionPosts: z
    .object({
      usd: z.number().nonnegative().nullable(),
      how: z.string(),
      seconds: z.number().nonnegative().nullable(),
      tokens: z.int().nonnegative().describe('For a language model; absent for engines that run in the function.'),
    })
    .nullable(),
  postsPerSecond: z.number().positive().nullable().describe('On one core.'),
  lost: z
    .object({
      since: day,
      days: z.int().positive().describe('Days of labels, the first and the last included.'),
      isLong: z.boolean().describe('From four weeks on, the report of the engine names its cost.'),
      trainings: z.int().positive(),
      seconds: z.number().nonnegative(),
      usd: z.number().nonnegative().nullable().describe('Cost of these trainings; null where none has a known price.'),
    })
    .nullable()
    .describe(
      'Since when a model of another engine was live whenever its models were judged; null while its own model is live.',
    ),
})
export type EngineStanding = z.infer<typeof engineStanding>
