import { z } from 'zod'
import { publishedEvent } from './define'
import { alpha, keyField, labelStatus, usdField } from './fields'

/** What each event about a labelled batch tells. */
export const labelledBatch = {
  batch: z.string(),
  qualityKey: keyField,
  alpha: alpha.describe(
    "Krippendorff's, with a 95 % interval, over the items that two people judged; of all batches so far.",
  ),
}

/** The same batch, in the examples. */
export const exampleBatch = {
  batch: '2026-11-22',
  qualityKey: 'labeled/2026-11-22/quality.json',
  alpha: { value: 0.72, low: 0.58, high: 0.84, items: 96 },
}

export const labelsMeasured = publishedEvent({
  name: 'LabelsMeasured',
  meaning: 'A batch was settled: one label for each item that was answered, and how far the annotators agree.',
  publishedBy: 'labeling',
  version: 1,
  fields: {
    ...labelledBatch,
    manifestKey: keyField,
    labelled: z.int().nonnegative(),
    failed: z.int().nonnegative().describe('Items of the batch without a usable label.'),
    judgements: z.int().nonnegative(),
    status: labelStatus,
    costUsd: usdField,
  },
  example: {
    ...exampleBatch,
    manifestKey: 'labeled/2026-11-22/output.manifest',
    labelled: 58,
    failed: 2,
    judgements: 91,
    status: 'ok',
    costUsd: 0,
  },
})
