import { z } from 'zod'
import { publishedEvent } from './define'
import { exampleModel, model } from './model-promoted'

export const modelRolledBack = publishedEvent({
  name: 'ModelRolledBack',
  meaning: 'An operator made a former champion live again; the detail is that of ModelPromoted.',
  publishedBy: 'evaluator',
  version: 1,
  fields: { ...model, at: z.iso.datetime() },
  example: { ...exampleModel, replaces: 'bellwether-dev-0b1e4c553f9c2a7d-1', at: '2026-11-22T09:30:00.000Z' },
})
