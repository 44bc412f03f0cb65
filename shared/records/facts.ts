import { z } from 'zod'
import { day, fraction, stream } from './fields'
import { runRecord } from './run'

/** Posts counted by message. Scores and answers stand in the order of `labels`. */
const tallyRecord = z.object({
  posts: z.int().nonnegative(),
  scored: z.int().nonnegative().describe('Posts whose message has kept scores.'),
  scores: z.array(z.number()).describe('Sums of the scores of these posts.'),
  answers: z.array(z.int().nonnegative()).describe('How many of these posts the model gives each label to.'),
  below: z.number().gt(0).max(1).describe('Of very many messages, those whose id lies below this share of all ids.'),
  messages: z
    .array(
      z.tuple([
        z.string().describe('Its id.'),
        z.int().positive().describe('Its posts.'),
        z
          .array(fraction)
          .nullable()
          .describe('Its kept scores; null where no model was live when it was first planned.'),
      ]),
    )
    .describe('By id; beside those below the share, the ones that a plan asks about.'),
})

/**
 * `facts/…/date=<d>.json`: the posts of a UTC day of a stream counted by message, with the scores that labelling kept. Labels
 * are no part of it: a report joins them by message.
 */
export const factsRecord = z.object({
  format: z.literal(2).describe('Facts of another format are counted again.'),
  hashtag: z.string(),
  stream,
  date: day,
  labels: z.array(z.string()),
  runs: z
    .array(
      runRecord
        .pick({
          stream: true,
          run: true,
          window: true,
          covered: true,
          gap: true,
          complete: true,
          stoppedBy: true,
          posts: true,
          existing: true,
          existingIsEstimate: true,
          leftOut: true,
          otherLanguages: true,
          refusedRows: true,
        })
        .extend({
          cascades: z.boolean().describe('Whether labelling had given the posts their cascades and scores.'),
          tally: tallyRecord.describe('A post that an earlier run has is not in it.'),
        }),
    )
    .describe('In the order of their names.'),
})
export type FactsRecord = z.infer<typeof factsRecord>
