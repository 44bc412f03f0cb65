import { z } from 'zod'

/**
 * `tuning/<schema version>/<rows>/<dataset>.json`: a search over hyperparameters by cross-validation, and its result.
 */
export const tuningRecord = z.object({
  datasetId: z.string(),
  rows: z.int().positive().describe('Training examples that were searched on.'),
  seed: z.int(),
  seconds: z.number().nonnegative().describe('The limits that the configuration set.'),
  goal: z.string(),
  hyperparameters: z.record(z.string(), z.string()).describe('The best hyperparameters, in the form of BlazingText.'),
  tried: z.array(
    z.object({
      hyperparameters: z.record(z.string(), z.string()),
      score: z.number().nullable().describe('Mean score over the folds; null where no fold could be scored.'),
      spread: z.number().nullable().describe('Standard error of that mean.'),
    }),
  ),
})
export type TuningRecord = z.infer<typeof tuningRecord>
