import { z } from 'zod'
import { day, fraction, instant, stream } from './fields'

export const role = z.enum(['evaluation', 'training'])
export type Role = z.infer<typeof role>

/**
 * Why an item is asked about: for its first label; to check an annotator; to be judged again by the same annotator; for
 * one more judgement of a label in doubt; to correct a label.
 */
export const purpose = z.enum(['label', 'gold', 'repeat', 'confirm', 'relabel'])
export type Purpose = z.infer<typeof purpose>

/** The probabilities of the two draws of a cascade; see `shared/statistics/design.ts`. */
export const drawnParts = z.object({ evaluation: fraction, training: fraction })

/** `labeling/<batch>/plan.json`: the questions of a batch, and their reasons. */
export const planRecord = z.object({
  batch: z.string(),
  date: day,
  labeller: z.string().describe('As labelling.labeller names it.'),
  job: z.string().describe('Name of the labelling job, at the labeller.'),
  schemaVersion: z.int(),
  categories: z.array(z.string()).describe('The class index is the position in this list.'),
  deadline: instant,
  runs: z.array(z.string()).describe('Keys of the run.json files that the sample was drawn from.'),
  cascades: z.int().nonnegative(),
  judgements: z.int().nonnegative(),
  costUsd: z.number().nonnegative(),
  items: z.array(
    z.object({
      item: z.string().describe('Item id: the cascade id.'),
      post: z.string().describe('Id of the post that is shown.'),
      role,
      hashtags: z.array(z.string()),
      date: day.describe('UTC day of the shown post.'),
      size: z.int().positive().describe('Posts of the cascade on the day of the draw.'),
      inclusionProbability: fraction
        .nullable()
        .describe('Probability of being drawn in either role; null where unknown.'),
      draw: drawnParts.optional().describe('The two probabilities that it is computed from.'),
      judgements: z.int().positive(),
      purpose: purpose.default('label'),
      before: z.array(z.string()).optional().describe('Annotators who judged it and are not asked again.'),
      scores: z
        .array(fraction)
        .optional()
        .describe('Calibrated probability of each category by the model that was live when it was first seen.'),
    }),
  ),
  draws: z
    .array(
      z.object({
        hashtag: z.string(),
        stream,
        date: day,
        target: z.int().nonnegative().describe('Target of the evaluation draw.'),
        cascades: z.int().nonnegative(),
        posts: z.int().nonnegative(),
        training: z
          .object({
            target: z.int().nonnegative(),
            measure: z
              .number()
              .nonnegative()
              .describe('Sum of the measures of all cascades that were eligible for training.'),
          })
          .optional()
          .describe('The training draw; plans of older releases have none.'),
        members: z
          .array(
            z.object({
              item: z.string(),
              size: z.int().positive(),
              inclusionProbability: fraction.describe('Probability that one of the two draws takes it.'),
              measure: z
                .number()
                .positive()
                .optional()
                .describe('The measure that the training draw is proportional to.'),
              evaluation: fraction.optional().describe('Inclusion probability of the evaluation draw.'),
              training: fraction.optional().describe('Inclusion probability of the training draw, if it is eligible.'),
              drawn: z
                .enum(['evaluation', 'training', 'before'])
                .optional()
                .describe(
                  'Which draw took it; `before` where neither did: an earlier batch, or another stream of this one, drew it.',
                ),
            }),
          )
          .describe(
            'The cascades that either draw took, each draw in order, and those with an earlier role. In plans of older releases: the ' +
              'evaluation draw alone.',
          ),
      }),
    )
    .describe('The draws of each stream and day, from which a share can be estimated.'),
  model: z
    .string()
    .nullable()
    .optional()
    .describe('Training job of the live model, which scored new cascades; null where none was live.'),
  window: z
    .array(z.object({ item: z.string(), scores: z.array(fraction) }))
    .optional()
    .describe(
      'The evaluation window when the batch was planned, with the probability of each category by that model. Absent where ' +
        'no model was live, and in plans of older releases.',
    ),
  trainingChoice: z
    .object({
      how: z.enum(['random', 'margin']),
      job: z.string().nullable().describe('The champion, where there is one.'),
      macroF1: fraction.nullable().describe('Macro-F1 of the champion on evaluation posts, from its card.'),
      why: z.string(),
      evaluation: z
        .array(z.object({ item: z.string(), scores: z.array(fraction) }))
        .optional()
        .describe('In plans of older releases: what the model said of the newest evaluation posts.'),
    })
    .optional()
    .describe('How the posts for training were chosen.'),
})
export type PlanRecord = z.infer<typeof planRecord>
