import { z } from 'zod'
import { keys } from '../../shared/keys'

/**
 * `{"import":"imports/labels.csv"}` takes the labels of a file in the bucket as a batch of their own;
 * `{"export":"csv"}` writes all labels so far to a file there. Forms are `csv`, `label-studio` and `manifest`.
 */
export const labelsRequest = z.union([
  z.strictObject({
    import: z
      .string()
      .refine((key) => keys.import.match(key) ?? keys.source.match(key), 'a file under imports/ or sources/'),
  }),
  z.strictObject({ export: z.enum(['csv', 'label-studio', 'manifest']) }),
])
export type LabelsRequest = z.infer<typeof labelsRequest>
