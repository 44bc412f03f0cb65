import { z } from 'zod'
import { TEXT_ENCODINGS } from '../text/encoding'
import { day, instant, stream } from './fields'

/** `raw/…/run.json`: a run of the collector, written after its last page. */
export const runRecord = z.object({
  hashtag: z.string(),
  stream,
  date: day.describe('UTC day in which the window ends; also the folder of the run.'),
  run: z.string(),
  source: z.string(),
  textEncoding: z
    .enum(TEXT_ENCODINGS)
    .default('html')
    .describe('Encoding of the texts of its pages: `html` has entities, `plain` has none.'),
  window: z.object({ from: instant, to: instant }).describe('Half open: from <= createdAt < to.'),
  covered: z
    .object({ from: instant, to: instant })
    .nullable()
    .describe('The part of the window that was read: smaller than the window where a cap was reached.'),
  gap: z
    .object({ from: instant, to: instant })
    .nullable()
    .describe('A part of the window that the source no longer had.'),
  complete: z.boolean(),
  stoppedBy: z
    .string()
    .nullable()
    .describe('Why the run ended early: a cap, or a source that could not go on. Null otherwise.'),
  pages: z.int().nonnegative(),
  posts: z.int().nonnegative(),
  existing: z.int().nonnegative().nullable().describe('How many posts there were, according to the source.'),
  existingIsEstimate: z.literal(true).optional().describe('Present where the source only estimates this number.'),
  otherLanguages: z.int().nonnegative(),
  refusedRows: z.int().nonnegative(),
  partialErrors: z.int().nonnegative().optional().describe('Posts that the source named but could not deliver.'),
  leftOut: z
    .record(z.string(), z.int().nonnegative())
    .optional()
    .describe('Posts of the window that were read but not stored, because the settings of the source exclude them.'),
  costUsd: z.number().nonnegative(),
  objects: z.array(z.object({ key: z.string(), posts: z.int().nonnegative(), sha256: z.string() })),
})
export type RunRecord = z.infer<typeof runRecord>
