import { z } from 'zod'
import { fraction } from './fields'

/** Of so many posts a part, with its 95 % interval. */
export const agreementRecord = z.object({ items: z.int().positive(), share: fraction, low: fraction, high: fraction })
export type AgreementRecord = z.infer<typeof agreementRecord>

/** Of posts that people gave a label, how many a second predictor says are another. */
export const confusionRecord = z.object({
  label: z.string(),
  said: z.string(),
  items: z.int().positive(),
  of: z.int().positive(),
})
export type ConfusionRecord = z.infer<typeof confusionRecord>
