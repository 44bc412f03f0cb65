import { z } from 'zod'
import { day, fraction, instant } from './fields'

export const role = z.enum(['evaluation', 'training'])
export type Role = z.infer<typeof role>

/**
 * Why an item is asked about: for its first label; to check an annotator; to be judged again by who judged it; for one
 * more judgement beside those that left its label in doubt; to be put right.
 */
export const purpose = z.enum(['label', 'gold', 'repeat', 'confirm', 'relabel'])
export type Purpose = z.infer<typeof purpose>

/** `labeling/<batch>/plan.json`: what is asked, and why. */
export const planRecord = z.object({
  batch: z.string(),
  date: day,
  labeller: z.string().describe('As labelling.labeller names it.'),
  job: z.string().describe('Name of the labelling job, at the labeller.'),
  schemaVersion: z.int(),
  categories: z.array(z.string()).describe('Class index = place in this list.'),
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
      inclusionProbability: fraction.nullable().describe('Of an evaluation item; null for training.'),
      judgements: z.int().positive(),
      purpose: purpose.default('label'),
      before: z.array(z.string()).optional().describe('Annotators who judged it and are not asked again.'),
      scores: z
        .array(fraction)
        .optional()
        .describe('Calibrated probability of each category by the model that chose it, which had not seen it.'),
    }),
  ),
  draws: z
    .array(
      z.object({
        hashtag: z.string(),
        date: day,
        target: z.int().nonnegative(),
        cascades: z.int().nonnegative(),
        posts: z.int().nonnegative(),
        members: z
          .array(z.object({ item: z.string(), size: z.int().positive(), inclusionProbability: fraction }))
          .describe('The whole evaluation sample, with the cascades whose label is there already.'),
      }),
    )
    .describe('The evaluation sample of each hashtag and day, from which a share can be estimated.'),
  trainingChoice: z
    .object({
      how: z.enum(['random', 'margin']),
      job: z.string().nullable().describe('The champion, where there is one.'),
      macroF1: fraction.nullable().describe('Of the champion on evaluation posts, by its card.'),
      why: z.string(),
      evaluation: z
        .array(z.object({ item: z.string(), scores: z.array(fraction) }))
        .optional()
        .describe('Where a model chose: what it said of the newest evaluation posts, in the order of the categories.'),
    })
    .optional()
    .describe('How the posts for training were chosen.'),
})
export type PlanRecord = z.infer<typeof planRecord>
