import { z } from 'zod'
import { publishedEvent } from './define'
import { keyField } from './fields'

export const modelTrained = publishedEvent({
  name: 'ModelTrained',
  meaning: 'A training job completed and its artefact is there; it is not live yet.',
  publishedBy: 'trainer',
  version: 2,
  fields: {
    job: z.string(),
    datasetId: z.string(),
    engine: z.string().describe('Its kind of model, as training.engines names it; blazingtext is fasttext.'),
    trainingKey: keyField,
    artefact: z.string().describe('s3:// URI of model.tar.gz.'),
    trainSeconds: z.number().nonnegative(),
    billableSeconds: z.number().nonnegative(),
  },
  example: {
    job: 'bellwether-dev-3f9c2a7d0b1e4c55-1',
    datasetId: '3f9c2a7d0b1e4c55',
    engine: 'fasttext',
    trainingKey: 'models/bellwether-dev-3f9c2a7d0b1e4c55-1/training.json',
    artefact: 's3://bellwether-dev-111122223333-eu-west-1/models/bellwether-dev-3f9c2a7d0b1e4c55-1/output/model.tar.gz',
    trainSeconds: 62,
    billableSeconds: 21,
  },
})
