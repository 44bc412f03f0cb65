import { z } from 'zod'
import { publishedEvent } from './define'
import { dayField } from './fields'

export const retrainSkipped = publishedEvent({
  name: 'RetrainSkipped',
  meaning: 'A day ends without a training job; the detail has the reason.',
  publishedBy: 'trainer',
  version: 1,
  fields: { date: dayField, reason: z.string(), datasetId: z.string().optional() },
  example: { date: '2026-11-22', reason: 'no labels came since dataset 3f9c2a7d0b1e4c55 was trained on' },
})
