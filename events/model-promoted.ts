import { z } from 'zod'
import { publishedEvent } from './define'
import { keyField, labelStatus } from './fields'

/** How a model scored. */
export const scores = {
  macroF1: z.number().nullable().describe('On the evaluation window.'),
  accuracy: z.number().nullable(),
  provisional: z.boolean().describe('Live on few evaluation items, or without a champion to compare with.'),
  labelStatus: labelStatus.describe('How reliable the labels of the dataset are.'),
}

/** What a subscriber needs to fetch a model and to verify it. */
export const model = {
  job: z.string(),
  datasetId: z.string(),
  engine: z
    .string()
    .describe('The engine that reads the artefact; fasttext has a model.bin in the format of fastText.'),
  artefact: z.string().describe('s3:// URI of model.tar.gz.'),
  versionId: z.string().nullable().describe('S3 version of the artefact.'),
  sha256: z.string().describe('Of model.tar.gz, in hex.'),
  labels: z.array(z.string()),
  textVersion: z.string().describe('Version of the text function that must run before the model.'),
  cardKey: keyField,
  replaces: z.string().nullable().describe('The job of the previous champion.'),
  temperature: z
    .number()
    .positive()
    .describe('Calibration: divide the logarithms of its probabilities by this temperature.'),
  prior: z
    .record(z.string(), z.number().min(0).max(1))
    .nullable()
    .describe('The prediction for a text of which the model knows no token; null: equal shares.'),
  ...scores,
}

/** The same model, in the examples. */
export const exampleModel = {
  job: 'bellwether-dev-3f9c2a7d0b1e4c55-1',
  datasetId: '3f9c2a7d0b1e4c55',
  engine: 'fasttext',
  artefact: 's3://bellwether-dev-111122223333-eu-west-1/models/bellwether-dev-3f9c2a7d0b1e4c55-1/output/model.tar.gz',
  versionId: 'IYV3p45BT0ac8hjHg1houSdS1a.Mro8e',
  sha256: '0'.repeat(64),
  labels: ['marketing', 'technical'],
  textVersion: '1',
  cardKey: 'models/bellwether-dev-3f9c2a7d0b1e4c55-1/card.json',
  replaces: null,
  temperature: 1.8,
  prior: { marketing: 0.42, technical: 0.58 },
  macroF1: 0.84,
  accuracy: 0.86,
  provisional: false,
  labelStatus: 'ok' as const,
}

export const modelPromoted = publishedEvent({
  name: 'ModelPromoted',
  meaning: 'A model went live; the detail has everything that a subscriber needs to fetch and verify it.',
  publishedBy: 'evaluator',
  version: 1,
  fields: model,
  example: exampleModel,
})
