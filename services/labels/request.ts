import { z } from 'zod'
import { keys } from '../../shared/keys'
import { FORMATS } from './formats'

/**
 * `{"import":"imports/labels.csv"}` takes the labels of a file in the bucket as a batch of their own;
 * `{"export":"csv"}` writes all labels so far to a file there, in one of the forms of ./formats.
 */
export const labelsRequest = z.union([
  z.strictObject({
    import: z
      .string()
      .refine((key) => keys.import.match(key) ?? keys.source.match(key), 'a file under imports/ or sources/'),
  }),
  z.strictObject({ export: z.enum(FORMATS.map(({ name }) => name)) }),
])
export type LabelsRequest = z.infer<typeof labelsRequest>
