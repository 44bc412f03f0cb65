import { z } from 'zod'
import { publishedEvent } from './define'
import { exampleReport, reportFields } from './share-reported'

export const notEnoughLabels = publishedEvent({
  name: 'NotEnoughLabels',
  meaning: 'A day of a stream has too few labels to estimate a share, so none is reported.',
  publishedBy: 'analyzer',
  version: 2,
  fields: {
    ...reportFields,
    labels: z.int().nonnegative().describe('Labels of the probability sample of the day.'),
    more: z.int().nonnegative().describe('About how many more labels would give ±10 points.'),
  },
  example: { ...exampleReport, labels: 4, more: 92 },
})
