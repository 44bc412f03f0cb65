import { z } from 'zod'
import { publishedEvent } from './define'

const key = z.string().describe('A key in the bucket.')
const day = z.iso.date().describe('A UTC day.')
const usd = z.number().nonnegative().describe('US dollars.')
const share = z.number().min(0).max(1)
const labelStatus = z.enum(['ok', 'unreliable', 'unmeasured'])
const alpha = z
  .object({
    value: z.number().nullable(),
    low: z.number().nullable(),
    high: z.number().nullable(),
    items: z.int().nonnegative(),
  })
  .describe("Krippendorff's, with a 95 % interval, over the items that two people judged; of all batches so far.")
const labelledBatch = { batch: z.string(), qualityKey: key, alpha }

export const postsCollected = publishedEvent({
  name: 'PostsCollected',
  meaning: 'A run stored the posts of one hashtag for a window of time.',
  publishedBy: 'collector',
  version: 1,
  fields: {
    hashtag: z.string(),
    date: day,
    run: z.string(),
    runKey: key,
    posts: z.int().nonnegative(),
    complete: z.boolean().describe('False when a cap or a gap left a part of the window out.'),
    costUsd: usd,
  },
  example: {
    hashtag: 'aws',
    date: '2026-11-21',
    run: '20261121t000000z-20261122t000000z',
    runKey: 'raw/hashtag=aws/date=2026-11-21/run=20261121t000000z-20261122t000000z/run.json',
    posts: 812,
    complete: true,
    costUsd: 4.06,
  },
})

export const budgetReached = publishedEvent({
  name: 'BudgetReached',
  meaning: 'A cap of the configuration was reached, and work stopped there.',
  publishedBy: ['collector', 'labeling'],
  version: 1,
  fields: {
    cap: z.string().describe('The field of bellwether.yml, as in caps.posts.perDay, or the usage limit of a source.'),
    limit: z.number(),
    period: z.string().describe('The UTC day or month it holds for.'),
    service: z.string(),
  },
  example: { cap: 'caps.posts.perDay', limit: 2000, period: '2026-11-22', service: 'collector' },
})

export const labelingStarted = publishedEvent({
  name: 'LabelingStarted',
  meaning: 'A batch of posts waits for labels.',
  publishedBy: 'labeling',
  version: 1,
  fields: {
    batch: z.string(),
    planKey: key,
    labeller: z.enum(['desk', 'ground-truth']),
    items: z.int().nonnegative(),
    judgements: z.int().nonnegative(),
    deadline: z.iso.datetime(),
    costUsd: usd.describe('At most; US dollars.'),
  },
  example: {
    batch: '2026-11-22',
    planKey: 'labeling/2026-11-22/plan.json',
    labeller: 'desk',
    items: 60,
    judgements: 90,
    deadline: '2026-11-22T21:00:00Z',
    costUsd: 0,
  },
})

export const batchAnswered = publishedEvent({
  name: 'BatchAnswered',
  meaning: 'The label desk has every judgement that a batch asked for.',
  publishedBy: 'desk',
  version: 1,
  fields: { batch: z.string() },
  example: { batch: '2026-11-22' },
})

const exampleBatch = {
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
    manifestKey: key,
    labelled: z.int().nonnegative(),
    failed: z.int().nonnegative().describe('Items asked for that have no usable label.'),
    judgements: z.int().nonnegative(),
    status: labelStatus,
    costUsd: usd,
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

export const labelsUnreliable = publishedEvent({
  name: 'LabelsUnreliable',
  meaning:
    'Annotators agree too little for a model to learn from their labels, so none is trained; with what to do about it.',
  publishedBy: 'labeling',
  version: 1,
  fields: {
    ...labelledBatch,
    floor: z.number().describe('The least alpha that counts as reliable.'),
    reasons: z.array(z.string()).min(1).describe('In words that a person can act on.'),
    accepted: z.boolean().describe('The configuration says to train in spite of it.'),
  },
  example: {
    ...exampleBatch,
    alpha: { value: 0.14, low: 0.08, high: 0.2, items: 240 },
    floor: 0.4,
    reasons: [
      'over 240 items that two people judged, alpha is 0.14 (95 % interval 0.08 to 0.20), below the floor of 0.40',
      'marketing and technical are confused most: sharpen the definition that tells them apart',
    ],
    accepted: false,
  },
})

export const datasetReady = publishedEvent({
  name: 'DatasetReady',
  meaning: 'Labels that were not in a dataset before are in one now.',
  publishedBy: 'formatter',
  version: 1,
  fields: {
    datasetId: z.string(),
    datasetKey: key,
    train: z.int().nonnegative(),
    validation: z.int().nonnegative(),
    evaluation: z.int().nonnegative(),
    labels: z.array(z.string()),
  },
  example: {
    datasetId: '3f9c2a7d0b1e4c55',
    datasetKey: 'datasets/3f9c2a7d0b1e4c55/dataset.json',
    train: 480,
    validation: 120,
    evaluation: 300,
    labels: ['marketing', 'technical'],
  },
})

export const retrainSkipped = publishedEvent({
  name: 'RetrainSkipped',
  meaning: 'A day ends without a training job, for this reason.',
  publishedBy: 'trainer',
  version: 1,
  fields: { date: day, reason: z.string(), datasetId: z.string().optional() },
  example: { date: '2026-11-22', reason: 'no labels came since dataset 3f9c2a7d0b1e4c55 was trained on' },
})

export const modelTrained = publishedEvent({
  name: 'ModelTrained',
  meaning: 'A training job completed and its artefact is there; it is not live yet.',
  publishedBy: 'trainer',
  version: 1,
  fields: {
    job: z.string(),
    datasetId: z.string(),
    trainingKey: key,
    artefact: z.string().describe('s3:// URI of model.tar.gz.'),
    trainSeconds: z.number().nonnegative(),
    billableSeconds: z.number().nonnegative(),
  },
  example: {
    job: 'bellwether-dev-3f9c2a7d0b1e4c55-1',
    datasetId: '3f9c2a7d0b1e4c55',
    trainingKey: 'models/bellwether-dev-3f9c2a7d0b1e4c55-1/training.json',
    artefact: 's3://bellwether-dev-111122223333-eu-west-1/models/bellwether-dev-3f9c2a7d0b1e4c55-1/output/model.tar.gz',
    trainSeconds: 62,
    billableSeconds: 21,
  },
})

export const trainingFailed = publishedEvent({
  name: 'TrainingFailed',
  meaning: 'Training on a dataset ended without a model, with the reason and the remedy.',
  publishedBy: 'trainer',
  version: 1,
  fields: { job: z.string(), datasetId: z.string(), reason: z.string(), remedy: z.string() },
  example: {
    job: 'bellwether-dev-3f9c2a7d0b1e4c55-1',
    datasetId: '3f9c2a7d0b1e4c55',
    reason: 'ResourceLimitExceeded: ml.c5.xlarge for spot training job usage is 0',
    remedy:
      'Ask for the quota "ml.c5.xlarge for spot training job usage" in Service Quotas, or set training.trainer: lambda.',
  },
})

const scores = {
  macroF1: z.number().nullable().describe('On the evaluation window.'),
  accuracy: z.number().nullable(),
  provisional: z.boolean().describe('Live on few evaluation items, or without a champion that it was held against.'),
  labelStatus: labelStatus.describe('How far the labels of the dataset can be relied on.'),
}

/** What a subscriber needs to fetch a model and to verify it. */
const model = {
  job: z.string(),
  datasetId: z.string(),
  artefact: z.string().describe('s3:// URI of model.tar.gz, which holds model.bin in the format of fastText.'),
  versionId: z.string().nullable().describe('S3 version of the artefact.'),
  sha256: z.string().describe('Of model.tar.gz, in hex.'),
  labels: z.array(z.string()),
  textVersion: z.string().describe('Version of the text function that must run before the model.'),
  cardKey: key,
  replaces: z.string().nullable().describe('The job of the champion before.'),
  temperature: z.number().positive().describe('Divides the logarithms of its probabilities, which are true then.'),
  ...scores,
}

const exampleModel = {
  job: 'bellwether-dev-3f9c2a7d0b1e4c55-1',
  datasetId: '3f9c2a7d0b1e4c55',
  artefact: 's3://bellwether-dev-111122223333-eu-west-1/models/bellwether-dev-3f9c2a7d0b1e4c55-1/output/model.tar.gz',
  versionId: 'IYV3p45BT0ac8hjHg1houSdS1a.Mro8e',
  sha256: '0'.repeat(64),
  labels: ['marketing', 'technical'],
  textVersion: '1',
  cardKey: 'models/bellwether-dev-3f9c2a7d0b1e4c55-1/card.json',
  replaces: null,
  temperature: 1.8,
  macroF1: 0.84,
  accuracy: 0.86,
  provisional: false,
  labelStatus: 'ok' as const,
}

export const modelPromoted = publishedEvent({
  name: 'ModelPromoted',
  meaning: 'A model went live; the detail is all that a subscriber needs to fetch and verify it.',
  publishedBy: 'evaluator',
  version: 1,
  fields: model,
  example: exampleModel,
})

export const modelRejected = publishedEvent({
  name: 'ModelRejected',
  meaning: 'A trained model is not better than the champion, and stays out; every reason is given.',
  publishedBy: 'evaluator',
  version: 1,
  fields: {
    job: z.string(),
    datasetId: z.string(),
    champion: z.string().nullable(),
    reasons: z.array(z.string()).min(1),
    cardKey: key,
    ...scores,
  },
  example: {
    job: 'bellwether-dev-3f9c2a7d0b1e4c55-1',
    datasetId: '3f9c2a7d0b1e4c55',
    champion: 'bellwether-dev-0b1e4c553f9c2a7d-1',
    reasons: ['macro-F1 0.81 is below the 0.84 of the champion'],
    cardKey: 'models/bellwether-dev-3f9c2a7d0b1e4c55-1/card.json',
    macroF1: 0.81,
    accuracy: 0.83,
    provisional: false,
    labelStatus: 'ok',
  },
})

export const modelRolledBack = publishedEvent({
  name: 'ModelRolledBack',
  meaning: 'An operator put a former champion back; the detail is that of ModelPromoted.',
  publishedBy: 'evaluator',
  version: 1,
  fields: { ...model, at: z.iso.datetime() },
  example: { ...exampleModel, replaces: 'bellwether-dev-0b1e4c553f9c2a7d-1', at: '2026-11-22T09:30:00.000Z' },
})

const reportOf = {
  hashtag: z.string(),
  date: day,
  reportKey: key,
  model: z.string().nullable().describe('The training job of the model; null before the first promotion.'),
}
const exampleReport = {
  hashtag: 'aws',
  date: '2026-11-21',
  reportKey: 'reports/hashtag=aws/date=2026-11-21.json',
  model: 'bellwether-dev-3f9c2a7d0b1e4c55-1',
}
const basis = z.enum(['posts', 'messages'])

export const shareReported = publishedEvent({
  name: 'ShareReported',
  meaning: 'The report of a day of a hashtag was brought up to date; the detail has its headline.',
  publishedBy: 'analyzer',
  version: 1,
  fields: {
    ...reportOf,
    posts: z.int().nonnegative(),
    messages: z.int().nonnegative().describe('Distinct messages.'),
    labels: z.int().nonnegative().describe('Labels of the probability sample of the day.'),
    complete: z.boolean().describe('False when a cap or a gap left a part of the day out.'),
    words: z.string().describe('The answer by posts, in words.'),
    shares: z
      .array(z.object({ basis, label: z.string(), share, low: share, high: share }))
      .describe('With 95 % intervals; empty where there are not enough labels.'),
  },
  example: {
    ...exampleReport,
    posts: 812,
    messages: 540,
    labels: 30,
    complete: true,
    words: '41 % of the posts are marketing (95 % interval 30 to 52 %), 59 % technical (48 to 70 %).',
    shares: [
      { basis: 'posts', label: 'marketing', share: 0.41, low: 0.3, high: 0.52 },
      { basis: 'posts', label: 'technical', share: 0.59, low: 0.48, high: 0.7 },
    ],
  },
})

export const notEnoughLabels = publishedEvent({
  name: 'NotEnoughLabels',
  meaning: 'A day of a hashtag has too few labels for an honest share, so none is given.',
  publishedBy: 'analyzer',
  version: 1,
  fields: {
    ...reportOf,
    labels: z.int().nonnegative().describe('Labels of the probability sample of the day.'),
    more: z.int().nonnegative().describe('About so many more would give ±10 points.'),
  },
  example: { ...exampleReport, labels: 4, more: 92 },
})

export const estimateDisagrees = publishedEvent({
  name: 'EstimateDisagrees',
  meaning:
    'Over seven days the model, put right by its known errors, disagrees with the labels of the days: it has begun to miss something.',
  publishedBy: 'analyzer',
  version: 1,
  fields: {
    ...reportOf,
    basis,
    label: z.string().describe('The label that disagrees most.'),
    z7: z.number().describe('Pooled over seven days; beyond ±2 the combined estimate is withheld.'),
    labels: z.int().nonnegative().describe('Labels of the evaluation window.'),
  },
  example: { ...exampleReport, basis: 'posts', label: 'marketing', z7: -2.9, labels: 300 },
})
