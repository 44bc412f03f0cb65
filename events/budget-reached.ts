import { z } from 'zod'
import { publishedEvent } from './define'

export const budgetReached = publishedEvent({
  name: 'BudgetReached',
  meaning: 'A cap of the configuration was reached, and work stopped there.',
  publishedBy: ['collector', 'labeling'],
  version: 1,
  fields: {
    cap: z.string().describe('The field of bellwether.yml, as in caps.posts.perDay, or the usage limit of a source.'),
    limit: z.number(),
    period: z.string().describe('The UTC day or month it holds for.'),
    service: z.string(),
  },
  example: { cap: 'caps.posts.perDay', limit: 2000, period: '2026-11-22', service: 'collector' },
})
