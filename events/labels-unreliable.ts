import { z } from 'zod'
import { publishedEvent } from './define'
import { exampleBatch, labelledBatch } from './labels-measured'

export const labelsUnreliable = publishedEvent({
  name: 'LabelsUnreliable',
  meaning:
    'Annotators agree too little for a model to learn from their labels, so none is trained; with what to do about it.',
  publishedBy: 'labeling',
  version: 1,
  fields: {
    ...labelledBatch,
    floor: z.number().describe('The least alpha that counts as reliable.'),
    reasons: z.array(z.string()).min(1).describe('In words that a person can act on.'),
    accepted: z.boolean().describe('The configuration says to train in spite of it.'),
  },
  example: {
    ...exampleBatch,
    alpha: { value: 0.14, low: 0.08, high: 0.2, items: 240 },
    floor: 0.4,
    reasons: [
      'over 240 items that two people judged, alpha is 0.14 (95 % interval 0.08 to 0.20), below the floor of 0.40',
      'marketing and technical are confused most: sharpen the definition that tells them apart',
    ],
    accepted: false,
  },
})
