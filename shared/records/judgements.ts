import { z } from 'zod'
import { day } from './fields'
import { purpose } from './plan'

/** What an annotator said of an item: a label, or why it cannot have one. */
export const judgementRecord = z.object({
  annotator: z.string(),
  said: z.union([z.object({ label: z.string() }), z.object({ flag: z.string() })]),
  at: z.string(),
  note: z
    .string()
    .optional()
    .describe("The annotator's note to the owner about the post. It is deleted with the post."),
})

/** `labeled/<batch>/judgements.json`: what each annotator said of each item; agreement is measured from it. */
export const judgementsRecord = z.object({
  batch: z.string(),
  date: day.describe('UTC day of the batch.'),
  schemaVersion: z.int(),
  items: z.array(
    z.object({
      item: z.string(),
      post: z
        .string()
        .optional()
        .describe('Id of the post that annotators saw; present where one of them wrote a note.'),
      purpose,
      judgements: z.array(judgementRecord).describe('In order of time.'),
    }),
  ),
})
export type JudgementsRecord = z.infer<typeof judgementsRecord>

/** `labeled/<batch>/judgements-so-far.json`: the judgements of all batches that were settled when this one was. */
export const judgementsSoFar = z.object({ records: z.array(judgementsRecord) })
