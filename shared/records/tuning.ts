import { z } from 'zod'

/** `tuning/<schema version>/<rows>/<dataset>.json`: a search over hyperparameters by cross-validation, and what it found. */
export const tuningRecord = z.object({
  datasetId: z.string(),
  rows: z.int().positive().describe('Training examples that it was done on.'),
  seed: z.int(),
  seconds: z.number().nonnegative().describe('What the configuration allowed.'),
  goal: z.string(),
  hyperparameters: z.record(z.string(), z.string()).describe('The best, as BlazingText takes them.'),
  tried: z.array(
    z.object({
      hyperparameters: z.record(z.string(), z.string()),
      score: z.number().nullable().describe('Mean of the goal over the folds; null where no fold could be scored.'),
      spread: z.number().nullable().describe('Standard error of that mean.'),
    }),
  ),
})
export type TuningRecord = z.infer<typeof tuningRecord>
