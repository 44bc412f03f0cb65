import { z } from 'zod'
import { labelStatus } from '../../events'
import { namedRecord } from '../by-name'
import { priorRecord } from '../engines/manifest'
import { day } from './fields'
import { alphaRecord } from './quality'

const stored = z.object({ key: z.string(), sha256: z.string() })

/** `datasets/<id>/dataset.json`, written last. */
export const datasetRecord = z.object({
  datasetId: z.string(),
  textVersion: z.string(),
  schemaVersion: z.int(),
  labels: z.array(z.string()),
  labelStatus: labelStatus.describe('Unreliable labels are trained on only where the configuration accepts them.'),
  labelReasons: z.array(z.string()).optional().describe('The reasons for that status.'),
  alpha: alphaRecord.optional().describe('Of all labels so far.'),
  latestDate: day.describe('The last UTC day on which one of its labels was given.'),
  madeAt: z.iso.datetime().optional().describe('When its labels were read; absent in datasets of older releases.'),
  manifests: z.array(z.string()),
  manifestHashes: z
    .record(z.string(), z.string())
    .optional()
    .describe('SHA-256 of each manifest; absent in datasets written before labels had a snapshot.'),
  rows: z.object({ train: z.int(), validation: z.int(), evaluation: z.int() }),
  classes: namedRecord(z.object({ train: z.int(), validation: z.int(), evaluation: z.int() })),
  refused: z.record(z.string(), z.int()).describe('Lines left out, by reason.'),
  files: z.object({ train: z.string(), validation: z.string(), evaluation: z.string() }),
  sha256: z.object({ train: z.string(), validation: z.string(), evaluation: z.string() }),
  examples: z
    .object({ train: stored, validation: stored })
    .optional()
    .describe('The texts and labels of train and validation, for engines; absent in datasets of text version 1.'),
  prior: priorRecord
    .optional()
    .describe(
      'Label shares of the labels for training: weighted by inclusion probability where all are known, else each counts once.',
    ),
})
export type DatasetRecord = z.infer<typeof datasetRecord>
