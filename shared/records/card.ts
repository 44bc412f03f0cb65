import { z } from 'zod'
import { labelStatus } from '../../events'
import { agreementRecord, confusionRecord } from './agreement'
import { datasetRecord } from './dataset'
import { engineStanding } from './engine-standing'
import { day, fraction } from './fields'
import { liveRecord } from './live'
import { scoresRecord } from './scores'
import { trainingRecord } from './training'
import { tuningRecord } from './tuning'

/** How well a model's probabilities are calibrated: fitted and measured on the evaluation window. */
export const calibrationRecord = z.object({
  items: z.int().positive(),
  temperature: z.number().positive().describe('Above 1: the model is overconfident.'),
  ece: z
    .object({ raw: fraction, scaled: fraction })
    .describe(
      'Expected calibration error. Scaled is cross-fitted: each fifth is scaled by the temperature of the others.',
    ),
  eceInterval: z
    .object({ low: fraction, high: fraction })
    .nullable()
    .default(null)
    .describe('95 % interval of the scaled error, from resampled windows; null on cards of older releases.'),
  logLoss: z.object({ raw: z.number().nonnegative(), scaled: z.number().nonnegative() }),
})
export type CalibrationRecord = z.infer<typeof calibrationRecord>

/** A language model beside a model, on the labels of the card's window. */
export const cardSecondPredictor = z.object({
  provider: z.string(),
  model: z.string(),
  prompt: z.string().describe('Hash of the prompt.'),
  items: z.int().nonnegative().describe('Items of the window that are no example of its prompt.'),
  answered: z.int().nonnegative().describe('Of these, the ones that it gave a label.'),
  agreement: agreementRecord.nullable().describe('Of the answered ones the part of which it says what people said.'),
  people: agreementRecord
    .nullable()
    .describe('The part of posts that two people judge alike. Null without 30 of them.'),
  confused: z
    .array(confusionRecord)
    .describe('Of posts that people gave `label`, how many it says are `said`: the most frequent first.'),
  widthRatio: z
    .number()
    .positive()
    .nullable()
    .describe(
      'About how wide an interval is with its answers beside this model, as a part of that without, by the geometric mean over the ' +
        'labels; cross-fitted on the window. Null where its answers do not count.',
    ),
  cost: z
    .object({
      messages: z.int().nonnegative(),
      usd: z.number().nonnegative(),
      millionUsd: z.number().nonnegative().nullable().describe('Of a million messages at this price; null of none.'),
    })
    .describe('Of all messages that it was asked about on the days of the window.'),
})
export type CardSecondPredictor = z.infer<typeof cardSecondPredictor>

/** `models/<job>/card.json`: what a model is made of, its scores, and the verdict with every reason. */
export const cardRecord = z.object({
  job: z.string(),
  verdict: z.enum(['promoted', 'rejected']),
  provisional: z.boolean().describe('Promoted on few evaluation items, or without a champion to compare with.'),
  reasons: z.array(z.string()).min(1).describe('Rejected: every failed rule. Promoted: the rules in its favour.'),
  gate: z
    .array(z.object({ name: z.string(), passed: z.boolean(), words: z.string() }))
    .describe('Every rule that applied, in order.'),
  champion: z.string().nullable().describe('The job that it was compared with; a promoted model replaces it.'),
  labels: z.array(z.string()).describe('The labels that the model predicts.'),
  labelStatus,
  artefact: z.object({ uri: z.string(), versionId: z.string().nullable(), sha256: z.string().nullable() }),
  window: z
    .object({
      size: z.int().positive().describe('The most items that it may have: gate.window.'),
      items: z.int().nonnegative(),
      of: z.int().nonnegative().describe('Evaluation items of the dataset.'),
      from: day.nullable().describe('First UTC day of its posts.'),
      to: day.nullable(),
      leaked: z.int().nonnegative().describe('Left out, because their text is also in the training set.'),
    })
    .describe('The evaluation items whose posts are the newest; all scores of the card are on them.'),
  scores: z.object({
    challenger: scoresRecord.nullable(),
    champion: scoresRecord.nullable(),
    majority: scoresRecord.describe('Scores of always predicting the most frequent class.'),
    naiveBayes: scoresRecord
      .nullable()
      .optional()
      .describe(
        'Scores of a naive Bayes on single words, trained on the same lines; absent on cards of older releases.',
      ),
    linear: scoresRecord
      .nullable()
      .describe('The old name of naiveBayes, with the same scores. They are not of the engine linear: see engines.'),
  }),
  comparison: z
    .object({
      difference: z.number().describe('Macro-F1 of the challenger minus that of the champion, on the same items.'),
      low: z.number(),
      high: z.number(),
      standardError: z
        .number()
        .nonnegative()
        .nullable()
        .default(null)
        .describe('Interval of the difference, from resampled windows; null on cards of older releases.'),
      replicates: z.int().positive(),
      seed: z.int(),
      mcnemar: z
        .object({ lost: z.int().nonnegative(), gained: z.int().nonnegative(), p: fraction })
        .describe(
          'Items that only the champion, or only the challenger, has right; McNemar, exact, two-sided. Informative only.',
        ),
    })
    .nullable()
    .describe('Null where there was no champion to compare with.'),
  engines: z
    .array(engineStanding)
    .default([])
    .describe('The engines side by side, each by its latest model; empty on cards of older releases.'),
  secondPredictor: cardSecondPredictor
    .nullable()
    .default(null)
    .describe('The language model of the configuration; null where it has none, and on cards of older releases.'),
  best: z
    .object({ job: z.string(), macroF1: fraction })
    .nullable()
    .default(null)
    .describe(
      'The best live model of the last days before the champion, scored on this window; null where there is none.',
    ),
  calibration: calibrationRecord
    .nullable()
    .describe('Of the challenger; null for an unreadable model or an empty window.'),
  live: liveRecord.nullable().describe('The champion on labels collected after its promotion.'),
  evaluation: z.object({ key: z.string(), sha256: z.string() }),
  dataset: datasetRecord,
  training: trainingRecord,
  tuning: tuningRecord.nullable(),
  seed: z
    .int()
    .nullable()
    .describe('Seed of the initial weights; null where there is none, or where the trainer does not report it.'),
  lineage: z.object({
    inputs: z.array(z.object({ key: z.string(), sha256: z.string() })).describe('Every object it was made of.'),
    labels: z
      .object({ key: z.string(), sha256: z.string(), count: z.int().nonnegative() })
      .nullable()
      .describe('A list of the ids of all labels in the dataset, with the part that each is in.'),
  }),
  cost: z
    .object({
      labelsUsd: z.number().nonnegative().nullable(),
      readsUsd: z.number().nonnegative().nullable(),
      trainingUsd: z.number().nonnegative().nullable(),
      millionPosts: z
        .object({ usd: z.number().nonnegative().nullable(), how: z.string() })
        .nullable()
        .default(null)
        .describe('Cost of asking the model; null on cards of older releases.'),
    })
    .describe(
      'Cost of all labels in the dataset, of reading the posts that they were drawn from, and of this training.',
    ),
  deletedItems: z
    .int()
    .nonnegative()
    .optional()
    .describe('Messages that it learnt from and that were deleted since; absent where there are none.'),
})
export type CardRecord = z.infer<typeof cardRecord>
