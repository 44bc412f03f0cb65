import { z } from 'zod'
import { attemptRequest } from './launch'

/** Requests by `sls invoke -f trainer`, the queue and the reconciler. */
export const trainerRequest = z
  .strictObject({
    datasetId: z
      .string()
      .regex(/^(latest|[\da-f]{16})$/, 'the id of a dataset, or "latest"')
      .optional(),
    force: z.boolean().default(false),
    finish: z.string().describe('The name of a job that ended.').optional(),
    parked: attemptRequest.optional(),
  })
  .refine(({ datasetId, finish }) => (datasetId === undefined) !== (finish === undefined), {
    message: 'needs either datasetId or finish',
    path: ['datasetId'],
  })
export type TrainerRequest = z.infer<typeof trainerRequest>
