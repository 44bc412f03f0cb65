import { z } from 'zod'

/** The JSON documents that we keep in S3. Readers parse by these; unknown fields of a later version are let through. */

const day = z.iso.date()
const instant = z.iso.datetime()
const fraction = z.number().min(0).max(1)

/** `raw/…/run.json`: a run of the collector, written after its last page. */
export const runRecord = z.object({
  hashtag: z.string(),
  date: day.describe('UTC day that the window ends in, and the folder it stands in.'),
  run: z.string(),
  source: z.string(),
  window: z.object({ from: instant, to: instant }).describe('Half open: from <= createdAt < to.'),
  covered: z
    .object({ from: instant, to: instant })
    .nullable()
    .describe('The part of the window that was read: smaller where a cap was reached.'),
  gap: z.object({ from: instant, to: instant }).nullable().describe('A part that the source no longer had.'),
  complete: z.boolean(),
  stoppedBy: z.string().nullable().describe('The cap that ended the run, or null.'),
  pages: z.int().nonnegative(),
  posts: z.int().nonnegative(),
  existing: z.int().nonnegative().nullable().describe('How many posts the source says there were.'),
  otherLanguages: z.int().nonnegative(),
  refusedRows: z.int().nonnegative(),
  partialErrors: z.int().nonnegative().optional().describe('Posts that the source named but could not give.'),
  costUsd: z.number().nonnegative(),
  objects: z.array(z.object({ key: z.string(), posts: z.int().nonnegative(), sha256: z.string() })),
})
export type RunRecord = z.infer<typeof runRecord>

export const role = z.enum(['evaluation', 'training'])
export type Role = z.infer<typeof role>

/**
 * Why an item is asked about: for its first label; to check an annotator; to be judged again by who judged it; for one
 * more judgement beside those that left its label in doubt; to be put right.
 */
export const purpose = z.enum(['label', 'gold', 'repeat', 'confirm', 'relabel'])
export type Purpose = z.infer<typeof purpose>

/** `labeling/<batch>/plan.json`: what is asked, and why. */
export const planRecord = z.object({
  batch: z.string(),
  date: day,
  labeller: z.enum(['desk', 'ground-truth']),
  job: z.string().describe('Name of the labelling job, of the desk or of Ground Truth.'),
  schemaVersion: z.int(),
  categories: z.array(z.string()).describe('Class index = place in this list.'),
  deadline: instant,
  runs: z.array(z.string()).describe('Keys of the run.json files that the sample was drawn from.'),
  cascades: z.int().nonnegative(),
  judgements: z.int().nonnegative(),
  costUsd: z.number().nonnegative(),
  items: z.array(
    z.object({
      item: z.string().describe('Item id: the cascade id.'),
      post: z.string().describe('Id of the post that is shown.'),
      role,
      hashtags: z.array(z.string()),
      date: day.describe('UTC day of the shown post.'),
      size: z.int().positive().describe('Posts of the cascade on the day of the draw.'),
      inclusionProbability: fraction.nullable().describe('Of an evaluation item; null for training.'),
      judgements: z.int().positive(),
      purpose: purpose.default('label'),
      before: z.array(z.string()).optional().describe('Annotators who judged it and are not asked again.'),
      scores: z
        .array(fraction)
        .optional()
        .describe('Calibrated probability of each category by the model that chose it, which had not seen it.'),
    }),
  ),
  draws: z
    .array(
      z.object({
        hashtag: z.string(),
        date: day,
        target: z.int().nonnegative(),
        cascades: z.int().nonnegative(),
        posts: z.int().nonnegative(),
        members: z
          .array(z.object({ item: z.string(), size: z.int().positive(), inclusionProbability: fraction }))
          .describe('The whole evaluation sample, with the cascades whose label is there already.'),
      }),
    )
    .describe('The evaluation sample of each hashtag and day, from which a share can be estimated.'),
  trainingChoice: z
    .object({
      how: z.enum(['random', 'margin']),
      job: z.string().nullable().describe('The champion, where there is one.'),
      macroF1: fraction.nullable().describe('Of the champion on evaluation posts, by its card.'),
      why: z.string(),
      evaluation: z
        .array(z.object({ item: z.string(), scores: z.array(fraction) }))
        .optional()
        .describe('Where a model chose: what it said of the newest evaluation posts, in the order of the categories.'),
    })
    .optional()
    .describe('How the posts for training were chosen.'),
})
export type PlanRecord = z.infer<typeof planRecord>

/** A line of `labeled/<batch>/output.manifest`, in the form of Ground Truth's augmented manifest. */
export const settledLine = z.object({
  source: z.string(),
  item: z.string(),
  'post-id': z.string(),
  role,
  hashtags: z.array(z.string()),
  date: day,
  size: z.int().positive(),
  'inclusion-probability': fraction.nullable(),
  label: z.union([z.int(), z.string().regex(/^\d+$/)]),
  'label-metadata': z.object({
    'class-name': z.string(),
    confidence: fraction,
    'human-annotated': z.string(),
    'job-name': z.string(),
    'creation-date': z.string(),
    type: z.string(),
    'schema-version': z.int(),
    judgements: z.array(z.object({ annotator: z.string(), label: z.string() })),
    adjudicated: z.boolean().optional().describe('Decided by the owner: it stands over what annotators said.'),
  }),
})
export type SettledLine = z.infer<typeof settledLine>

/** How far labels can be relied on: measured and good enough; measured and not; not measured. */
export const labelStatus = z.enum(['ok', 'unreliable', 'unmeasured'])
export type LabelStatus = z.infer<typeof labelStatus>

/** Krippendorff's alpha: 1 where judges always agree, 0 where no more than by chance. */
export const alphaRecord = z.object({
  value: z.number().nullable().describe('Null where nothing was judged twice, or all always say the same one label.'),
  low: z.number().nullable().describe('Of a 95 % bootstrap interval over items.'),
  high: z.number().nullable(),
  items: z.int().nonnegative().describe('Items with two independent judgements.'),
})
export type AlphaRecord = z.infer<typeof alphaRecord>

const said = z.union([z.object({ label: z.string() }), z.object({ flag: z.string() })])

/** `labeled/<batch>/judgements.json`: what each person said of each item, from which agreement is measured. */
export const judgementsRecord = z.object({
  batch: z.string(),
  date: day.describe('UTC day of the batch.'),
  schemaVersion: z.int(),
  items: z.array(
    z.object({
      item: z.string(),
      purpose,
      judgements: z.array(z.object({ annotator: z.string(), said, at: z.string() })).describe('By time.'),
    }),
  ),
})
export type JudgementsRecord = z.infer<typeof judgementsRecord>

const measuredAnnotator = z.object({
  judgements: z.int().nonnegative(),
  reliability: fraction
    .nullable()
    .describe(
      'The mean over the labels of how often that label is recognised; null where nobody else judged the same.',
    ),
  confusion: z
    .array(z.array(z.number().nonnegative()))
    .describe(
      'Items judged by others too: a row is what they are by consensus, a column what was said, as `categories`.',
    ),
  gold: z
    .object({ items: z.int().nonnegative(), right: z.int().nonnegative() })
    .describe('Hidden items with a known label.'),
  repeats: z
    .object({ items: z.int().nonnegative(), same: z.int().nonnegative() })
    .describe('Items judged once more by the same annotator.'),
})

/** `labeled/<batch>/quality.json`: what a batch came to, and how far the labels so far can be trusted. */
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
  objects: z.int().nonnegative().optional().describe('Of Ground Truth: those that it takes its fee for.'),
  costUsd: z.number().nonnegative(),
  batches: z
    .array(z.string())
    .min(1)
    .describe('All batches of the schema version so far, with this one: what stands below is measured over them.'),
  alpha: alphaRecord.describe('Of the first two independent judgements of each item: no thirds, no gold, no repeats.'),
  selfAgreement: alphaRecord
    .nullable()
    .describe('Of one annotator with itself, over items that came back; it stands in where there is only one.'),
  annotators: z.record(z.string(), measuredAnnotator),
  confused: z
    .array(z.object({ labels: z.tuple([z.string(), z.string()]), items: z.int(), of: z.int() }))
    .describe('How many of the items that one of two judges gave one of the labels were given the other by the other.'),
  status: labelStatus,
  reasons: z.array(z.string()).min(1).describe('Why, in words that a person can act on.'),
})
export type QualityRecord = z.infer<typeof qualityRecord>

/** A line of `datasets/<id>/evaluation/posts.jsonl`; one for each cascade. */
export const evaluationLine = z.object({
  item: z.string(),
  post: z.string(),
  text: z.string().describe('Tokens, as the model reads them.'),
  label: z.string(),
  hashtags: z.array(z.string()),
  date: day,
  size: z.int().positive(),
  inclusionProbability: fraction.nullable(),
  labelled: day.describe('UTC day on which its label was given.'),
})
export type EvaluationLine = z.infer<typeof evaluationLine>

/** `datasets/<id>/dataset.json`, written last. */
export const datasetRecord = z.object({
  datasetId: z.string(),
  textVersion: z.string(),
  schemaVersion: z.int(),
  labels: z.array(z.string()),
  labelStatus: labelStatus.describe('Unreliable labels are trained on only where the configuration accepts them.'),
  labelReasons: z.array(z.string()).optional().describe('Why they have that status.'),
  alpha: alphaRecord.optional().describe('Of the labels so far.'),
  latestDate: day.describe('The last UTC day that a label of it comes from.'),
  manifests: z.array(z.string()),
  rows: z.object({ train: z.int(), validation: z.int(), evaluation: z.int() }),
  classes: z.record(z.string(), z.object({ train: z.int(), validation: z.int(), evaluation: z.int() })),
  refused: z.record(z.string(), z.int()).describe('Lines left out, by reason.'),
  files: z.object({ train: z.string(), validation: z.string(), evaluation: z.string() }),
  sha256: z.object({ train: z.string(), validation: z.string(), evaluation: z.string() }),
})
export type DatasetRecord = z.infer<typeof datasetRecord>

/** `models/<job>/training.json`: what ran. */
export const trainingRecord = z.object({
  job: z.string(),
  datasetId: z.string(),
  trainer: z.enum(['blazingtext', 'lambda']),
  hyperparameters: z.record(z.string(), z.string()),
  artefact: z.string().describe('s3:// URI of model.tar.gz.'),
  trainSeconds: z.number().nonnegative(),
  billableSeconds: z.number().nonnegative(),
  spot: z.boolean(),
  instanceType: z.string().nullable(),
  costUsd: z.number().nonnegative().nullable(),
  validationAccuracy: z.number().nullable(),
  tuning: z.string().nullable().default(null).describe('Key of the search that its hyperparameters come from.'),
})
export type TrainingRecord = z.infer<typeof trainingRecord>

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

/** `champion.json`: which model is live. Its versions are the history. */
export const championRecord = z.object({
  job: z.string(),
  datasetId: z.string(),
  artefact: z.string(),
  versionId: z.string().nullable(),
  sha256: z.string(),
  labels: z.array(z.string()),
  textVersion: z.string(),
  schemaVersion: z.int(),
  labelStatus,
  latestDate: day.describe('The last UTC day of the labels that it knows; later ones tell how good it is.'),
  provisional: z
    .boolean()
    .describe('It went live on too few evaluation items, or without a champion to be held against.'),
  temperature: z.number().positive().describe('Divides the logarithms of its probabilities before a person sees them.'),
  promotedAt: instant,
  replaces: z.string().nullable(),
})
export type ChampionRecord = z.infer<typeof championRecord>

/** The share of a label, with its 95 % interval. */
export const shareRecord = z.object({
  label: z.string(),
  share: fraction,
  low: fraction.describe('Lower end of the 95 % interval.'),
  high: fraction.describe('Upper end of the 95 % interval.'),
})
export type ShareRecord = z.infer<typeof shareRecord>

/** An estimate before it is cut to [0, 1] and made to sum to one: what is averaged over days. */
const rawRecord = z.object({ label: z.string(), estimate: z.number(), standardError: z.number().nonnegative() })

/** The answer on one basis, posts or messages. Where a number would mislead there is none, and `words` say why. */
export const answerRecord = z.object({
  state: z
    .enum(['reported', 'not-enough-labels', 'no-posts', 'withheld'])
    .describe('withheld: too much of the posts was never collected for a share to mean anything.'),
  words: z.string().describe('The answer in sentences that can be quoted as they are.'),
  method: z.string().describe('How it came about, in words.'),
  labels: z
    .int()
    .nonnegative()
    .describe('Messages of the probability sample whose label is there; one that was drawn on several days is one.'),
  sampled: z
    .int()
    .nonnegative()
    .describe('Messages of the probability sample; one that was drawn on several days is one.'),
  more: z
    .int()
    .nonnegative()
    .nullable()
    .describe('About so many more labels would give ±10 points; null where they are enough, or would not help.'),
  shares: z.array(shareRecord).describe('The headline: in the order of the labels; empty unless reported.'),
  raw: z.array(rawRecord),
  modelWeight: fraction.describe('How far the headline leans on the model; 0 is the labels alone.'),
  pacc: z
    .object({
      state: z.enum(['reported', 'not-estimable', 'no-model', 'withheld']),
      words: z.string(),
      items: z.int().nonnegative().describe('Labels of the evaluation window that it is learnt from.'),
      shares: z.array(shareRecord),
      raw: z.array(rawRecord),
    })
    .describe('The second estimate: the classifier, put right by how it errs on the evaluation window.'),
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
    .describe('Both combined, while they agree.'),
  counting: z
    .array(z.object({ label: z.string(), share: fraction }))
    .describe('What the labels of the classifier alone would say. It has no valid interval: not to be quoted.'),
})
export type AnswerRecord = z.infer<typeof answerRecord>

/** One UTC day, or the seven that end with it. */
export const stretchRecord = z.object({
  from: day.describe('The first UTC day.'),
  to: day.describe('The last UTC day.'),
  days: z.int().nonnegative().describe('Days of it that have posts.'),
  posts: z.int().nonnegative(),
  messages: z.int().nonnegative().describe('Distinct messages: a retweet or a near copy is none of its own.'),
  collected: fraction.describe('How much of the posts that there were, as far as is known.'),
  byPosts: answerRecord,
  byMessages: answerRecord,
})
export type StretchRecord = z.infer<typeof stretchRecord>

/** `reports/hashtag=<h>/date=<d>.json`: the shares of a UTC day and of the last seven, and what made them. */
export const reportRecord = z.object({
  hashtag: z.string(),
  date: day,
  model: z.string().nullable().describe('The training job of the model; null before the first promotion.'),
  labels: z.object({
    version: z.int().describe('Of the categories and their definitions.'),
    status: labelStatus,
    batches: z.array(z.string()).describe('The labelling batches that its labels come from.'),
    latest: day.nullable().describe('The last UTC day on which one of them was given.'),
  }),
  complete: z.boolean().describe('False when a cap or a gap left a part of the day out.'),
  collection: z.object({
    words: z.string(),
    existing: z.int().nonnegative().nullable().describe('Posts that there were, where the source says so.'),
    stoppedBy: z.array(z.string()).describe('The caps that ended runs.'),
    gaps: z.array(z.object({ from: instant, to: instant })),
  }),
  day: stretchRecord,
  week: stretchRecord,
  predictions: z.array(z.string()).describe('Keys of the predictions of the day.'),
})
export type ReportRecord = z.infer<typeof reportRecord>

const ratio = fraction.nullable().describe('Null where nothing was counted.')
const interval = z.object({ low: z.number(), high: z.number() }).nullable().describe('95 %.')

/** How well answers agree with people's labels. */
export const scoresRecord = z.object({
  items: z.int().nonnegative(),
  accuracy: ratio,
  accuracyInterval: interval,
  macroF1: ratio.describe('The mean over the classes that are true of some item.'),
  macroF1Interval: interval,
  logLoss: z.number().nonnegative().nullable(),
  classes: z.array(
    z.object({
      label: z.string(),
      items: z.int().nonnegative(),
      answered: z.int().nonnegative(),
      precision: ratio,
      recall: ratio,
      f1: ratio,
    }),
  ),
  confusion: z
    .array(z.array(z.int().nonnegative()))
    .describe('A row is a true label, a column an answer, as `classes`.'),
  hashtags: z
    .array(z.object({ hashtag: z.string(), items: z.int().nonnegative(), accuracy: ratio, macroF1: ratio }))
    .describe('An item of two hashtags counts in both.'),
})
export type ScoresRecord = z.infer<typeof scoresRecord>

/** How far a model's probabilities are true: fitted and measured on the evaluation window. */
export const calibrationRecord = z.object({
  items: z.int().positive(),
  temperature: z.number().positive().describe('Above 1: the model is surer than it should be.'),
  ece: z
    .object({ raw: fraction, scaled: fraction })
    .describe('Expected calibration error; scaled is cross-fitted: each fifth by the temperature of the others.'),
  logLoss: z.object({ raw: z.number().nonnegative(), scaled: z.number().nonnegative() }),
})
export type CalibrationRecord = z.infer<typeof calibrationRecord>

/** `models/<job>/live.json`: how good a champion is on labels that were collected after its promotion. */
export const liveRecord = z.object({
  job: z.string(),
  after: day.describe('Labels of later UTC days count: `latestDate` of the dataset that it was trained on.'),
  through: day.describe('The last UTC day that a label of it comes from.'),
  datasetId: z.string().describe('Whose evaluation set was read.'),
  scores: scoresRecord,
  ece: fraction.nullable().describe('Of the probabilities as a person sees them.'),
})
export type LiveRecord = z.infer<typeof liveRecord>

/** `models/<job>/card.json`: what a model is made of, how it measures, and the verdict with every reason. */
export const cardRecord = z.object({
  job: z.string(),
  verdict: z.enum(['promoted', 'rejected']),
  provisional: z.boolean().describe('Promoted on few evaluation items, or without a champion to be held against.'),
  reasons: z.array(z.string()).min(1).describe('Of a rejection every objection; of a promotion what spoke for it.'),
  gate: z
    .array(z.object({ name: z.string(), passed: z.boolean(), words: z.string() }))
    .describe('Every rule that was asked, in its order.'),
  champion: z.string().nullable().describe('The job it was held against; a promoted model replaces it.'),
  labels: z.array(z.string()).describe('What the model answers with.'),
  labelStatus,
  artefact: z.object({ uri: z.string(), versionId: z.string().nullable(), sha256: z.string().nullable() }),
  window: z
    .object({
      size: z.int().positive().describe('The most items it may have: gate.window.'),
      items: z.int().nonnegative(),
      of: z.int().nonnegative().describe('Evaluation items of the dataset.'),
      from: day.nullable().describe('First UTC day that a label of it was given.'),
      to: day.nullable(),
      leaked: z.int().nonnegative().describe('Left out, because their text stands in the training set too.'),
    })
    .describe('The newest evaluation items; all scores of the card are on them.'),
  scores: z.object({
    challenger: scoresRecord.nullable(),
    champion: scoresRecord.nullable(),
    majority: scoresRecord.describe('Of always answering with the most frequent class.'),
    linear: scoresRecord.nullable().describe('Of a naive Bayes on single words, trained on the same lines.'),
  }),
  comparison: z
    .object({
      difference: z.number().describe('Of macro-F1, challenger less champion, on the same items.'),
      low: z.number(),
      high: z.number(),
      margin: fraction.describe('gate.margin.'),
      notWorse: fraction.describe('Share of resampled windows in which the challenger loses less than the margin.'),
      replicates: z.int().positive(),
      seed: z.int(),
      mcnemar: z
        .object({ lost: z.int().nonnegative(), gained: z.int().nonnegative(), p: fraction })
        .describe('Items that only the champion, or only the challenger has right; exact, two-sided. For the reader.'),
    })
    .nullable()
    .describe('Null where there was no champion to be held against.'),
  calibration: calibrationRecord
    .nullable()
    .describe('Of the challenger; null for an unreadable model or an empty window.'),
  live: liveRecord.nullable().describe('The champion on labels collected after its promotion.'),
  evaluation: z.object({ key: z.string(), sha256: z.string() }),
  dataset: datasetRecord,
  training: trainingRecord,
  tuning: tuningRecord.nullable(),
  seed: z.int().nullable().describe('Of the weights at the start; null where the trainer does not say it.'),
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
    })
    .describe('Of all labels in the dataset, of reading the posts they were drawn from, and of this training.'),
})
export type CardRecord = z.infer<typeof cardRecord>

const briefAnswer = answerRecord.pick({ state: true, labels: true, more: true, shares: true }).extend({
  tight: answerRecord.shape.tight.pick({ state: true, z7: true, shares: true }),
})
const briefStretch = stretchRecord
  .pick({ from: true, days: true, posts: true, messages: true, collected: true })
  .extend({ byPosts: briefAnswer, byMessages: briefAnswer })

/** `reports/index.json`: the headline of every day of every hashtag, sorted by date and hashtag. */
export const reportIndexRecord = z.object({
  days: z.array(
    reportRecord
      .pick({ hashtag: true, date: true, model: true, labels: true, complete: true })
      .extend({ day: briefStretch, week: briefStretch }),
  ),
})
export type ReportIndexRecord = z.infer<typeof reportIndexRecord>
