import { z } from 'zod'
import { fraction } from './fields'

const ratio = fraction.nullable().describe('Null where nothing was counted.')
const interval = z.object({ low: z.number(), high: z.number() }).nullable().describe('95 %.')

/** How well predictions agree with people's labels. */
export const scoresRecord = z.object({
  items: z.int().nonnegative(),
  accuracy: ratio,
  accuracyInterval: interval,
  macroF1: ratio.describe('The mean over the classes that some item has.'),
  macroF1Interval: interval,
  logLoss: z.number().nonnegative().nullable(),
  classes: z.array(
    z.object({
      label: z.string(),
      items: z.int().nonnegative(),
      answered: z.int().nonnegative(),
      precision: ratio,
      recall: ratio,
      f1: ratio,
    }),
  ),
  confusion: z
    .array(z.array(z.int().nonnegative()))
    .describe('A row is a true label, a column a prediction, in the order of `classes`.'),
  hashtags: z
    .array(z.object({ hashtag: z.string(), items: z.int().nonnegative(), accuracy: ratio, macroF1: ratio }))
    .describe('An item of two hashtags counts in both.'),
})
export type ScoresRecord = z.infer<typeof scoresRecord>
