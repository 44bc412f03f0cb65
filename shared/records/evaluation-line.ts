import { z } from 'zod'
import { day, fraction } from './fields'

/** A line of `datasets/<id>/evaluation/posts.jsonl`; one for each cascade. */
export const evaluationLine = z.object({
  item: z.string(),
  post: z.string(),
  shown: z.string().optional().describe('The text that annotators read; absent in datasets of text version 1.'),
  text: z.string().describe('Its tokens, by the text version of the dataset.'),
  label: z.string(),
  hashtags: z.array(z.string()),
  date: day,
  size: z.int().positive(),
  inclusionProbability: fraction.nullable(),
  labelled: day.describe('UTC day on which its label was given.'),
})
export type EvaluationLine = z.infer<typeof evaluationLine>
