import { z } from 'zod'
import { publishedEvent } from './define'
import { keyField } from './fields'
import { scores } from './model-promoted'

export const modelRejected = publishedEvent({
  name: 'ModelRejected',
  meaning:
    'A trained model is worse than the champion or fails another rule of the gate, and does not go live; every reason is given.',
  publishedBy: 'evaluator',
  version: 2,
  fields: {
    job: z.string(),
    datasetId: z.string(),
    engine: z.string().describe('Its kind of model, as training.engines names it; blazingtext is fasttext.'),
    champion: z.string().nullable(),
    reasons: z.array(z.string()).min(1),
    cardKey: keyField,
    ...scores,
  },
  example: {
    job: 'bellwether-dev-3f9c2a7d0b1e4c55-1',
    datasetId: '3f9c2a7d0b1e4c55',
    engine: 'fasttext',
    champion: 'bellwether-dev-0b1e4c553f9c2a7d-1',
    reasons: ['macro-F1 0.81 is below the 0.84 of the champion'],
    cardKey: 'models/bellwether-dev-3f9c2a7d0b1e4c55-1/card.json',
    macroF1: 0.81,
    accuracy: 0.83,
    provisional: false,
    labelStatus: 'ok',
  },
})
