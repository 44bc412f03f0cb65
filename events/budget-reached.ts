import { z } from 'zod'
import { publishedEvent } from './define'
import { reachedCap } from './fields'

export const budgetReached = publishedEvent({
  name: 'BudgetReached',
  meaning: 'A cap of the configuration was reached, and work stopped there.',
  publishedBy: ['collector', 'labeling', 'predictor'],
  version: 1,
  fields: {
    ...reachedCap.shape,
    service: z.string(),
  },
  example: { cap: 'caps.posts.perDay', limit: 2000, period: '2026-11-22', service: 'collector' },
})
