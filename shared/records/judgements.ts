import { z } from 'zod'
import { day } from './fields'
import { purpose } from './plan'

const said = z.union([z.object({ label: z.string() }), z.object({ flag: z.string() })])

/** `labeled/<batch>/judgements.json`: what each person said of each item, from which agreement is measured. */
export const judgementsRecord = z.object({
  batch: z.string(),
  date: day.describe('UTC day of the batch.'),
  schemaVersion: z.int(),
  items: z.array(
    z.object({
      item: z.string(),
      purpose,
      judgements: z.array(z.object({ annotator: z.string(), said, at: z.string() })).describe('By time.'),
    }),
  ),
})
export type JudgementsRecord = z.infer<typeof judgementsRecord>
