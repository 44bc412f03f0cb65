import { z } from 'zod'

/** `models/<job>/training.json`: what ran. */
export const trainingRecord = z.object({
  job: z.string(),
  datasetId: z.string(),
  textVersion: z
    .string()
    .default('1')
    .describe('Version of the text function of its dataset: the model reads what that function gives.'),
  trainer: z.string().describe('Where it ran, as training.trainer spells it.'),
  hyperparameters: z.record(z.string(), z.string()),
  artefact: z.string().describe('s3:// URI of model.tar.gz.'),
  trainSeconds: z.number().nonnegative(),
  billableSeconds: z.number().nonnegative(),
  spot: z.boolean(),
  instanceType: z.string().nullable(),
  costUsd: z.number().nonnegative().nullable(),
  validationAccuracy: z.number().nullable(),
  tuning: z.string().nullable().default(null).describe('Key of the search that its hyperparameters come from.'),
})
export type TrainingRecord = z.infer<typeof trainingRecord>
