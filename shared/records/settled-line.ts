import { z } from 'zod'
import { day, fraction } from './fields'
import { drawnParts, role } from './plan'

/** Ground Truth's name, in `type`, for labelling a text with one of several classes. */
export const TEXT_CLASSIFICATION = 'groundtruth/text-classification'

/** A line of `labeled/<batch>/output.manifest`, in the form of Ground Truth's augmented manifest. */
export const settledLine = z.object({
  source: z.string(),
  item: z.string(),
  'post-id': z.string(),
  role,
  hashtags: z.array(z.string()),
  date: day,
  size: z.int().positive(),
  'inclusion-probability': fraction
    .nullable()
    .describe('Probability of being drawn in either role; null where unknown.'),
  draw: drawnParts.optional().describe('The two probabilities that it is made of.'),
  scores: z
    .record(z.string(), fraction)
    .optional()
    .describe('Calibrated probability of each category by the model that was live when the item was first seen.'),
  'text-expired': z
    .literal(true)
    .optional()
    .describe('The text was removed after retention.days: the label counts in shares, but trains no model.'),
  label: z
    .union([z.int(), z.string().regex(/^\d+$/)])
    .describe('Index of the category; -1 where the owner decided that none fits.'),
  'label-metadata': z.object({
    'class-name': z.string(),
    confidence: fraction,
    'human-annotated': z.string(),
    'job-name': z.string(),
    'creation-date': z.string(),
    type: z.string(),
    'schema-version': z.int(),
    judgements: z.array(z.object({ annotator: z.string(), label: z.string() })),
    adjudicated: z.boolean().optional().describe('Decided by the owner: overrides the annotators.'),
    neither: z
      .literal(true)
      .optional()
      .describe('The owner decided that no category fits: the item has no label, in shares and in training.'),
  }),
})
export type SettledLine = z.infer<typeof settledLine>
