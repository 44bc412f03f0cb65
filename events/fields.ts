import { z } from 'zod'

export const keyField = z.string().describe('A key in the bucket.')
export const dayField = z.iso.date().describe('A UTC day.')
/** Beside a hashtag. */
export const streamField = z
  .string()
  .optional()
  .describe('The network of the posts. Absent for days that a release without streams began.')
export const usdField = z.number().nonnegative().describe('US dollars.')
export const shareField = z.number().min(0).max(1)

/** How far labels can be relied on: measured and good enough; measured and not good enough; not measured. */
export const labelStatus = z.enum(['ok', 'unreliable', 'unmeasured'])

/** Krippendorff's alpha: 1 where judges always agree, 0 where they agree no more than by chance. */
export const alpha = z.object({
  /** Null where nothing was judged twice, or where every judgement gives the same label. */
  value: z.number().nullable(),
  /** The ends of a 95 % bootstrap interval over items. */
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** Items with two independent judgements. */
  items: z.int().nonnegative(),
})

/** A cap that ended a piece of work. */
export const reachedCap = z.object({
  cap: z.string().describe('The option of bellwether.yml, as in caps.posts.perDay, or the usage limit of a source.'),
  limit: z.number(),
  period: z.string().describe('The UTC day or month of the cap.'),
})
