import { z } from 'zod'
import { publishedEvent } from './define'
import { keyField, usdField } from './fields'

export const labelingStarted = publishedEvent({
  name: 'LabelingStarted',
  meaning: 'A batch of posts waits for labels.',
  publishedBy: 'labeling',
  version: 1,
  fields: {
    batch: z.string(),
    planKey: keyField,
    labeller: z.string().describe('As labelling.labeller of bellwether.yml names it, for example desk.'),
    items: z.int().nonnegative(),
    judgements: z.int().nonnegative(),
    deadline: z.iso.datetime(),
    costUsd: usdField.describe('At most; US dollars.'),
  },
  example: {
    batch: '2026-11-22',
    planKey: 'labeling/2026-11-22/plan.json',
    labeller: 'desk',
    items: 60,
    judgements: 90,
    deadline: '2026-11-22T21:00:00Z',
    costUsd: 0,
  },
})
