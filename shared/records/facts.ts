import { z } from 'zod'
import { day, fraction, stream } from './fields'
import { runRecord } from './run'

/** Posts counted by message. Scores and predictions are in the order of `labels`. */
const tallyRecord = z.object({
  posts: z.int().nonnegative(),
  scored: z.int().nonnegative().describe('Posts whose message has kept scores.'),
  scores: z.array(z.number()).describe('Sums of the scores of these posts.'),
  answers: z.array(z.int().nonnegative()).describe('To how many of these posts the model gives each label.'),
  below: z
    .number()
    .gt(0)
    .max(1)
    .describe('Where there are very many messages, only those with an id below this share of all ids are listed.'),
  messages: z
    .array(
      z.tuple([
        z.string().describe('Id of the message.'),
        z.int().positive().describe('Number of its posts.'),
        z
          .array(fraction)
          .nullable()
          .describe('Its kept scores; null where no model was live when it was first planned.'),
      ]),
    )
    .describe('Sorted by id: those below the share, and those that a plan asks about.'),
})

/**
 * `facts/…/date=<d>.json`: the posts of a UTC day of a stream counted by message, with the scores that labelling kept.
 * It has no labels: a report joins them by message.
 */
export const factsRecord = z.object({
  format: z.literal(2).describe('Format version; facts of another format are computed again.'),
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
          cascades: z.boolean().describe('Whether labelling had assigned cascades and scores to the posts.'),
          tally: tallyRecord.describe('Without posts that an earlier run has.'),
        }),
    )
    .describe('Sorted by name.'),
})
export type FactsRecord = z.infer<typeof factsRecord>
