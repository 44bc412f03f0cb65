import { z } from 'zod'
import { publishedEvent } from './define'

export const trainingFailed = publishedEvent({
  name: 'TrainingFailed',
  meaning: 'Training on a dataset ended without a model, with the reason and the remedy.',
  publishedBy: 'trainer',
  version: 2,
  fields: {
    job: z.string(),
    datasetId: z.string(),
    engine: z.string().describe('Its kind of model, as training.engines names it; blazingtext is fasttext.'),
    reason: z.string(),
    remedy: z.string(),
  },
  example: {
    job: 'bellwether-dev-3f9c2a7d0b1e4c55-1',
    datasetId: '3f9c2a7d0b1e4c55',
    engine: 'fasttext',
    reason: 'ResourceLimitExceeded: ml.c5.xlarge for spot training job usage is 0',
    remedy:
      'Ask for the quota "ml.c5.xlarge for spot training job usage" in Service Quotas, or set training.trainer: lambda.',
  },
})
