import { z } from 'zod'
import { day } from './fields'
import { runRecord } from './run'

/** Posts counted by message. Scores and answers stand in the order of `labels`; all are zero where no model gave any. */
const tallyRecord = z.object({
  posts: z.int().nonnegative(),
  scores: z.array(z.number()).describe('Sums of the scores of all posts.'),
  answers: z.array(z.int().nonnegative()).describe('How many posts the model gives each label to.'),
  below: z.number().gt(0).max(1).describe('Of very many messages, those whose id lies below this share of all ids.'),
  messages: z
    .array(
      z.tuple([
        z.string().describe('Its id.'),
        z.int().positive().describe('Its posts.'),
        z.array(z.number()).describe('Sums of their scores.'),
        z.array(z.int().nonnegative()).describe('Their answers.'),
      ]),
    )
    .describe('By id; beside those below the share, the ones that a plan asks about.'),
})

/**
 * `facts/hashtag=<h>/date=<d>.json`: the posts of a UTC day counted by message, and what they were counted from. Labels
 * are no part of it: a report joins them by message.
 */
export const factsRecord = z.object({
  format: z.literal(1).describe('Facts of another format are counted again.'),
  hashtag: z.string(),
  date: day,
  model: z.string().nullable().describe('The training job whose predictions were counted; null where posts were.'),
  textVersion: z.string().nullable().describe('Of the texts that the model read, where it is known.'),
  labels: z.array(z.string()),
  runs: z
    .array(
      runRecord
        .pick({
          run: true,
          window: true,
          covered: true,
          gap: true,
          complete: true,
          stoppedBy: true,
          posts: true,
          existing: true,
          otherLanguages: true,
          refusedRows: true,
        })
        .extend({
          predictions: z.string().nullable().describe('ETag of the predictions that were counted.'),
          cascades: z.boolean().describe('Whether labelling had given the posts their cascades.'),
          tally: tallyRecord.describe('A post that an earlier run has is not in it.'),
        }),
    )
    .describe('In the order of their names.'),
})
export type FactsRecord = z.infer<typeof factsRecord>
