import { z } from 'zod'
import { lineBreaks } from './fields'
import { judgementRecord } from './judgements'
import { planRecord } from './plan'

/** An item without a label at the end of its batch, with what a later batch needs to ask for it again. */
const leftOver = z.object({
  item: z.string(),
  reason: z.string(),
  found: z.string().describe('What could not be used, where there was something.'),
  again: z.boolean().describe('Whether a later batch may ask for it.'),
  plan: planRecord.shape.items.element,
  source: z.string(),
  breaks: lineBreaks.optional(),
  judgements: z.array(judgementRecord).default([]).describe('What each annotator said, so that the owner can decide.'),
})
export type LeftOver = z.infer<typeof leftOver>

/** A line of `labeled/<batch>/refused.jsonl`: an item without a label, or an answer that could not be used. */
export const refusedLine = z.union([
  leftOver,
  z.object({ item: z.string().nullable(), reason: z.string(), found: z.string() }),
])
export type RefusedLine = z.infer<typeof refusedLine>
