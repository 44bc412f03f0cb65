import { z } from 'zod'
import { priorRecord } from '../engines/manifest'

/** `models/<job>/training.json`: what ran. */
export const trainingRecord = z.object({
  job: z.string(),
  datasetId: z.string(),
  recordedAt: z.iso.datetime().optional().describe('When this was written; absent in records of older releases.'),
  textVersion: z
    .string()
    .default('1')
    .describe('Version of the text function of its dataset: the model reads the output of that function.'),
  trainer: z.string().describe('Where it ran, as training.trainer spells it.'),
  hyperparameters: z.record(z.string(), z.string()),
  artefact: z.string().describe('s3:// URI of model.tar.gz.'),
  trainSeconds: z.number().nonnegative(),
  billableSeconds: z.number().nonnegative(),
  spot: z.boolean(),
  instanceType: z.string().nullable(),
  costUsd: z.number().nonnegative().nullable(),
  validationAccuracy: z.number().nullable(),
  engine: z.string().default('fasttext').describe('As training.engine spells it; absent before there were several.'),
  seed: z
    .int()
    .nullable()
    .default(null)
    .describe('Seed of its random numbers; null where it draws none or does not report it.'),
  prior: priorRecord
    .nullable()
    .default(null)
    .describe('What it predicts for a message of which it knows no token; null: equal shares.'),
  tuning: z.string().nullable().default(null).describe('Key of the search that its hyperparameters come from.'),
})
export type TrainingRecord = z.infer<typeof trainingRecord>
