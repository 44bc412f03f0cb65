import { z } from 'zod'
import { publishedEvent } from './define'
import { basis, exampleReport, reportFields } from './share-reported'

export const estimateDisagrees = publishedEvent({
  name: 'EstimateDisagrees',
  meaning:
    'Over seven days the model, corrected for its known errors, disagrees with the labels of the days: the model has begun to miss something.',
  publishedBy: 'analyzer',
  version: 2,
  fields: {
    ...reportFields,
    basis,
    label: z.string().describe('The label that disagrees most.'),
    z7: z.number().describe('Pooled over seven days; beyond ±2 the combined estimate is withheld.'),
    labels: z.int().nonnegative().describe('Labels of the evaluation window.'),
  },
  example: { ...exampleReport, basis: 'posts', label: 'marketing', z7: -2.9, labels: 300 },
})
