import { z } from 'zod'
import { publishedEvent } from './define'

export const batchAnswered = publishedEvent({
  name: 'BatchAnswered',
  meaning: 'The label desk has every judgement that a batch asked for.',
  publishedBy: 'desk',
  version: 1,
  fields: { batch: z.string() },
  example: { batch: '2026-11-22' },
})
