import { z } from 'zod'
import { lineBreaks } from './fields'
import { judgementRecord } from './judgements'
import { planRecord } from './plan'

/** An item without a label at the end of its batch, with everything that a later batch needs to ask again. */
const leftOver = z.object({
  item: z.string(),
  reason: z.string(),
  found: z.string().describe('The unusable answer, where there was one.'),
  again: z.boolean().describe('Whether a later batch may ask about it.'),
  plan: planRecord.shape.items.element,
  source: z.string(),
  breaks: lineBreaks.optional(),
  judgements: z.array(judgementRecord).default([]).describe('Every judgement, so that the owner can decide.'),
})
export type LeftOver = z.infer<typeof leftOver>

/** A line of `labeled/<batch>/refused.jsonl`: an item without a label, or an answer that could not be used. */
export const refusedLine = z.union([
  leftOver,
  z.object({ item: z.string().nullable(), reason: z.string(), found: z.string() }),
])
export type RefusedLine = z.infer<typeof refusedLine>
