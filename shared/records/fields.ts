import { z } from 'zod'

export const day = z.iso.date()
export const instant = z.iso.datetime()
export const fraction = z.number().min(0).max(1)
/** Of the `source` beside it. */
export const lineBreaks = z
  .array(z.int().nonnegative())
  .describe('Where lines of the text end: places of spaces in it, twice for an empty line. Absent for one line.')
/** A field next to a hashtag. */
export const stream = z
  .string()
  .optional()
  .describe('The network of the posts. Absent in documents that a release without streams began.')
