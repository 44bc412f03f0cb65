import { z } from 'zod'
import { alpha, labelStatus } from '../../events'
import { namedRecord } from '../by-name'
import { day, fraction } from './fields'

export type LabelStatus = z.infer<typeof labelStatus>

/** Krippendorff's alpha over items, as events carry it too. */
export const alphaRecord = alpha
export type AlphaRecord = z.infer<typeof alphaRecord>

const measuredAnnotator = z.object({
  judgements: z.int().nonnegative(),
  reliability: fraction
    .nullable()
    .describe(
      'The mean over the labels of how often each is recognised; null where nobody else judged the same items.',
    ),
  confusion: z
    .array(z.array(z.number().nonnegative()))
    .describe(
      'Items that others judged too: a row is the consensus, a column what this annotator said, in the order of `categories`.',
    ),
  gold: z
    .object({ items: z.int().nonnegative(), right: z.int().nonnegative() })
    .describe('Hidden items with a known label.'),
  repeats: z
    .object({ items: z.int().nonnegative(), same: z.int().nonnegative() })
    .describe('Items that the same annotator judged again.'),
})

const matrix = z.array(z.array(z.number()))

/** How labels err: `JudgementErrors` of `shared/statistics`, with the counts that it was measured from. */
export const judgementErrorsRecord = z.object({
  source: z.enum(['pairs', 'gold', 'assumed', 'none']).describe('The source of the rate.'),
  items: z.int().nonnegative().describe('Items judged twice, or hidden checks, as `source` says.'),
  differing: z.int().nonnegative().describe('Of these, items whose two judgements differ, or checks that were missed.'),
  rate: z
    .object({ mean: fraction, sd: z.number().nonnegative(), high: fraction, quantiles: z.array(fraction) })
    .describe(
      'How often a judgement is wrong; `high` is the one-sided 80 % limit, which decides whether labels are unreliable.',
    ),
  byClass: z.boolean().describe('Whether each category has error rates of its own.'),
  one: matrix.describe(
    'Confusion of one judgement: a row is the true category, a column what is said, in the order of `categories`.',
  ),
  consensus: matrix.describe('The same for two judgements, and a third where they differ.'),
  deviations: z.array(matrix).describe('Changes of `one` by one standard deviation, uncorrelated.'),
  counts: z
    .object({
      pairs: matrix,
      thirds: z.array(z.object({ said: z.tuple([z.int(), z.int()]), third: z.int(), items: z.int() })),
      gold: matrix,
      repeats: z.object({ items: z.int(), differing: z.int() }),
    })
    .describe('Of all batches of the schema version so far.'),
})
export type JudgementErrorsRecord = z.infer<typeof judgementErrorsRecord>

/** `labeled/<batch>/quality.json`: the results of a batch, and how far the labels so far can be trusted. */
export const qualityRecord = z.object({
  batch: z.string(),
  date: day.describe('UTC day of the batch.'),
  schemaVersion: z.int(),
  categories: z.array(z.string()),
  items: z.int().nonnegative(),
  labelled: z.int().nonnegative(),
  failed: z.record(z.string(), z.int()).describe('Items of the batch without a label, by reason.'),
  refused: z.record(z.string(), z.int()).describe('Answers that could not be used, by reason.'),
  judgements: z.int().nonnegative(),
  objects: z.int().nonnegative().optional().describe('Of Ground Truth: the objects that it bills.'),
  costUsd: z.number().nonnegative(),
  batches: z
    .array(z.string())
    .min(1)
    .describe('All batches of the schema version so far, including this one: everything below is measured over them.'),
  alpha: alphaRecord.describe('Of the first two independent judgements of each item: no thirds, no gold, no repeats.'),
  selfAgreement: alphaRecord
    .nullable()
    .describe(
      'Agreement of one annotator with themselves, over items shown twice; used where there is only one annotator.',
    ),
  annotators: namedRecord(measuredAnnotator),
  confused: z
    .array(z.object({ labels: z.tuple([z.string(), z.string()]), items: z.int(), of: z.int() }))
    .describe(
      'Of the items to which one of two judges gave one of these labels: to how many the other judge gave the other label.',
    ),
  errors: judgementErrorsRecord
    .optional()
    .describe('Absent from batches that were settled before rates were measured.'),
  status: labelStatus,
  reasons: z
    .array(z.string())
    .min(1)
    .describe('The reasons, in sentences that a person can act on. They name no annotator.'),
  about: z
    .array(z.object({ reason: z.int().nonnegative(), annotator: z.string() }))
    .optional()
    .describe('Which annotator a reason means, by its index in `reasons`: only for the owner.'),
})
export type QualityRecord = z.infer<typeof qualityRecord>

/** The beginning of a reason about one annotator. */
export const ONE_ANNOTATOR = 'one annotator'

/** The reasons as the owner reads them: with names. */
export const reasonsForOwner = ({ reasons, about = [] }: Pick<QualityRecord, 'reasons' | 'about'>): string[] =>
  reasons.map((reason, place) => {
    const meant = about.find((one) => one.reason === place)
    return meant ? reason.replace(ONE_ANNOTATOR, meant.annotator) : reason
  })

/** The reasons without names. Batches that were settled by an older release have names in theirs. */
export const reasonsForReaders = ({
  reasons,
  about,
  annotators,
}: Pick<QualityRecord, 'reasons' | 'about' | 'annotators'>): string[] => {
  if (about) return reasons
  const names = Object.keys(annotators)
  return reasons.map((reason) =>
    reason
      .split(/(?<![a-z0-9-])([a-z0-9-]+)(?![a-z0-9-])/)
      .map((word) => (names.includes(word) ? 'an annotator' : word))
      .join(''),
  )
}
