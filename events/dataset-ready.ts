import { z } from 'zod'
import { publishedEvent } from './define'
import { keyField } from './fields'

export const datasetReady = publishedEvent({
  name: 'DatasetReady',
  meaning: 'A dataset has labels that no earlier dataset had.',
  publishedBy: 'formatter',
  version: 1,
  fields: {
    datasetId: z.string(),
    datasetKey: keyField,
    train: z.int().nonnegative(),
    validation: z.int().nonnegative(),
    evaluation: z.int().nonnegative(),
    labels: z.array(z.string()),
  },
  example: {
    datasetId: '3f9c2a7d0b1e4c55',
    datasetKey: 'datasets/3f9c2a7d0b1e4c55/dataset.json',
    train: 480,
    validation: 120,
    evaluation: 300,
    labels: ['marketing', 'technical'],
  },
})
