import { z } from 'zod'
import { labelStatus } from '../../events'
import { agreementRecord, confusionRecord } from './agreement'
import { day, fraction, instant, stream } from './fields'
import { judgementErrorsRecord } from './quality'

/** The share of a label, with its 95 % interval. */
export const shareRecord = z.object({
  label: z.string(),
  share: fraction,
  low: fraction.describe('Lower end of the 95 % interval.'),
  high: fraction.describe('Upper end of the 95 % interval.'),
  jointLow: fraction
    .optional()
    .describe(
      'Of three labels and more: the intervals from jointLow to jointHigh hold for all of them at once in 95 %.',
    ),
  jointHigh: fraction.optional(),
})
export type ShareRecord = z.infer<typeof shareRecord>

/** An estimate before it is cut to [0, 1] and made to sum to one: what is averaged over days. */
const rawRecord = z.object({ label: z.string(), estimate: z.number(), standardError: z.number().nonnegative() })

/** The answer on one basis, posts or messages. Where a number would mislead there is none, and `words` say why. */
export const answerRecord = z.object({
  state: z
    .enum(['reported', 'not-enough-labels', 'no-posts', 'withheld', 'labels-unreliable'])
    .describe(
      'withheld: too few of the posts were collected to estimate a share; labels-unreliable: people are ' +
        'wrong so often that no share can be estimated.',
    ),
  words: z.string().describe('The answer in sentences that can be quoted as they are.'),
  method: z.string().describe('How the answer was computed, in sentences.'),
  labels: z
    .int()
    .nonnegative()
    .describe('Labelled messages of the probability sample; one that was drawn on several days counts once.'),
  sampled: z
    .int()
    .nonnegative()
    .describe('Messages of the probability sample; one that was drawn on several days counts once.'),
  flagged: z
    .int()
    .nonnegative()
    .optional()
    .describe('Of these, messages that annotators flagged as none of the labels: the share is over the others.'),
  more: z
    .int()
    .nonnegative()
    .nullable()
    .describe(
      'About how many more labels would give ±10 points; null where there are enough, or where more would not help.',
    ),
  shares: z.array(shareRecord).describe('The headline: in the order of the labels; empty unless reported.'),
  judgements: z
    .object({
      disagree: fraction.nullable().describe('How often two people disagree about a post; null where unknown.'),
      shares: z.array(shareRecord).describe('Of what one person says of the posts, with its 95 % interval.'),
    })
    .nullable()
    .optional()
    .describe('In place of shares where the labels are unreliable.'),
  effective: z
    .number()
    .nonnegative()
    .nullable()
    .optional()
    .describe(
      'Effective sample size: this many error-free labels of a simple random sample would be as precise. Null unless reported.',
    ),
  secondPredictor: z
    .object({
      weight: fraction.describe('The weight of its answers in the scores; 0: they are ignored.'),
      answered: fraction.describe('The part of the posts, or of the messages, that it answered.'),
      without: z
        .object({ shares: z.array(shareRecord), effective: z.number().nonnegative() })
        .nullable()
        .describe(
          'The headline and its effective sample size without the answers; null where the answers have no weight.',
        ),
    })
    .optional()
    .describe('What a language model adds to the headline; present where both exist.'),
  raw: z.array(rawRecord),
  modelWeight: fraction.describe('The weight of the model in the headline; 0 means the labels alone.'),
  pacc: z
    .object({
      state: z.enum(['reported', 'not-estimable', 'no-model', 'withheld']),
      words: z.string(),
      items: z.int().nonnegative().describe('Labels of the evaluation window that the correction is learnt from.'),
      shares: z.array(shareRecord),
      raw: z.array(rawRecord),
    })
    .describe('The second estimate: the classifier, corrected for its error rates on the evaluation window.'),
  tight: z
    .object({
      state: z.enum(['shown', 'withheld', 'not-estimable']),
      words: z.string(),
      z7: z
        .number()
        .nullable()
        .describe('Of the label with the greatest |z| between the two estimates over seven days.'),
      label: z.string().nullable().describe('That label.'),
      shares: z.array(shareRecord),
    })
    .describe('Both estimates combined, while they agree.'),
  counting: z
    .array(z.object({ label: z.string(), share: fraction }))
    .describe("The share of the classifier's predictions alone. It has no valid interval: do not quote it."),
})
export type AnswerRecord = z.infer<typeof answerRecord>

/** A language model beside the champion: who it is, what it did that day, and how far people agree with it. */
export const secondPredictorRecord = z.object({
  provider: z.string(),
  model: z.string(),
  prompt: z.string().describe('Hash of the prompt.'),
  words: z.string(),
  messages: z.int().nonnegative().describe('Messages of the day that the model may be asked about.'),
  answered: z.int().nonnegative().describe('Of these, the messages that it gave a label.'),
  abstained: z.record(z.string(), z.int().positive()).describe('How many it gave no label, by reason.'),
  costUsd: z.number().nonnegative(),
  stopped: z.string().nullable().describe('Why it was not asked about all messages; null where it was.'),
  window: z.int().nonnegative().describe('Labelled evaluation posts that it answered; its weight is learnt from them.'),
  agreement: agreementRecord.nullable().describe('The part of these posts on which it agrees with people.'),
  people: agreementRecord
    .nullable()
    .describe('The part of posts that two people judge alike. Null without 30 of them.'),
  confused: z
    .array(confusionRecord)
    .describe('Of the posts that people gave `label`, how many it gave `said`: the most frequent first.'),
})
export type SecondPredictorRecord = z.infer<typeof secondPredictorRecord>

/** One UTC day, or the seven that end with it. */
export const stretchRecord = z.object({
  from: day.describe('The first UTC day.'),
  to: day.describe('The last UTC day.'),
  days: z.int().nonnegative().describe('Days of the period that have posts.'),
  posts: z.int().nonnegative(),
  messages: z.int().nonnegative().describe('Distinct messages: a retweet or a near copy is not a message of its own.'),
  collected: fraction.describe('The collected part of all posts, as far as is known.'),
  byPosts: answerRecord,
  byMessages: answerRecord,
})
export type StretchRecord = z.infer<typeof stretchRecord>

/** `reports/…/date=<d>.json`: the shares of a stream on a UTC day and of the last seven, and what made them. */
export const reportRecord = z.object({
  hashtag: z.string(),
  stream,
  date: day,
  model: z
    .string()
    .nullable()
    .describe(
      'Training job of the model whose scores count: the one that was live when the day was first planned. Null without one.',
    ),
  labels: z.object({
    version: z.int().describe('Version of the categories and their definitions.'),
    status: labelStatus,
    errors: judgementErrorsRecord
      .pick({ source: true, items: true, differing: true })
      .extend({ rate: fraction, high: fraction.describe('One-sided 95 % limit.') })
      .optional()
      .describe('The error rate of a judgement that the intervals use; `assumed` where nothing measured it.'),
    batches: z.array(z.string()).describe('The labelling batches that its labels come from.'),
    latest: day.nullable().describe('The last UTC day on which one of these labels was given.'),
  }),
  secondPredictor: secondPredictorRecord
    .optional()
    .describe('The configured language model; present where it was asked about the day.'),
  complete: z.boolean().describe('False where a cap or a gap left out a part of the day.'),
  collection: z.object({
    words: z.string(),
    existing: z.int().nonnegative().nullable().describe('How many posts there were, where the source says so.'),
    existingIsEstimate: z.literal(true).optional().describe('Present where a source only estimates this number.'),
    stoppedBy: z.array(z.string()).describe('The caps that ended runs.'),
    gaps: z.array(z.object({ from: instant, to: instant })),
  }),
  day: stretchRecord,
  week: stretchRecord,
  predictions: z.array(z.string()).describe('Keys of the predictions of the day.'),
})
export type ReportRecord = z.infer<typeof reportRecord>
