import { createHash } from 'node:crypto'
import { keys } from '../../../shared/keys'
import { labelOfLine } from '../../../shared/engines/training-lines'
import type { DatasetRecord, EvaluationLine, TrainingRecord } from '../../../shared/records'
import type { TestBucket } from '../../shared/bucket'
import { archiveOf, tinyModel } from '../../shared/models'

/** A text whose words occur in one class only, except `plain`, which every text contains. */
export const item = (label: string, n: number): EvaluationLine => ({
  item: `${label}${n}`,
  post: `${label}${n}`,
  text: `plain ${label}word${n % 3} ${label}word${(n + 1) % 3}`,
  label,
  hashtags: ['aws'],
  date: '2026-11-21',
  size: 1,
  inclusionProbability: 0.5,
  labelled: '2026-11-22',
})

export const items = (...counts: [label: string, count: number][]): EvaluationLine[] =>
  counts.flatMap(([label, count]) => Array.from({ length: count }, (_, n) => item(label, n)))

export interface Trained {
  job: string
  dataset?: string
  latestDate?: string
  schemaVersion?: number
  textVersion?: string
  evaluation?: EvaluationLine[]
  /** The training labels of the model; the true ones by default. */
  learnt?: { label: string; text: string }[]
  archive?: Buffer
  engine?: string
}

/** Stores a dataset and a model trained on it, as the formatter and the trainer do. */
export async function putTrained(bucket: TestBucket, trained: Trained): Promise<void> {
  const {
    job,
    dataset: id = `data-of-${job}`,
    latestDate = '2026-11-21',
    schemaVersion = 1,
    textVersion = '2',
  } = trained
  const { evaluation = items(['marketing', 40], ['technical', 80]) } = trained
  const learnt = trained.learnt ?? items(['marketing', 10], ['technical', 20])
  const lines = evaluation.map((line) => `${JSON.stringify(line)}\n`).join('')
  const place = { dataset: id }
  const train = learnt.map(({ label, text }) => `${labelOfLine(label)} ${text} again\n`).join('')
  const dataset: DatasetRecord = {
    datasetId: id,
    textVersion,
    schemaVersion,
    labels: ['marketing', 'technical'],
    labelStatus: 'unmeasured',
    latestDate,
    manifests: ['labeled/2026-11-21/output.manifest'],
    rows: { train: 30, validation: 0, evaluation: evaluation.length },
    classes: {
      marketing: { train: 10, validation: 0, evaluation: 0 },
      technical: { train: 20, validation: 0, evaluation: 0 },
    },
    refused: {},
    files: { train: keys.train(place), validation: keys.validation(place), evaluation: keys.evaluation(place) },
    sha256: {
      train: '1'.repeat(64),
      validation: '2'.repeat(64),
      evaluation: createHash('sha256').update(lines).digest('hex'),
    },
    examples: {
      train: { key: keys.trainExamples(place), sha256: '3'.repeat(64) },
      validation: { key: keys.validationExamples(place), sha256: '4'.repeat(64) },
    },
  }
  const examples = learnt.map(({ label, text }, i) => ({
    item: `learnt${i}`,
    shown: `${text} again`,
    label,
    inclusionProbability: null,
  }))
  const training: TrainingRecord = {
    job,
    datasetId: id,
    textVersion,
    trainer: 'lambda',
    hyperparameters: { epochs: '20' },
    artefact: `s3://${bucket.bucket}/${keys.artefact({ job })}`,
    trainSeconds: 1,
    billableSeconds: 1,
    spot: false,
    instanceType: null,
    costUsd: 0,
    validationAccuracy: 0.9,
    engine: trained.engine ?? 'fasttext',
    seed: 0,
    prior: null,
    tuning: null,
  }
  await bucket.put(keys.evaluation(place), lines)
  await bucket.put(keys.train(place), train)
  await bucket.put(keys.trainExamples(place), examples.map((line) => `${JSON.stringify(line)}\n`).join(''))
  await bucket.put(keys.validationExamples(place), '')
  await bucket.put('labeled/2026-11-21/output.manifest', 'the labels\n')
  await bucket.put(keys.dataset(place), JSON.stringify(dataset))
  await bucket.put(keys.artefact({ job }), trained.archive ?? (await archiveOf({ 'model.bin': tinyModel(learnt) })))
  await bucket.put(keys.training({ job }), JSON.stringify(training))
}

/** Training labels in which the first `wrong` texts of each class are swapped. */
export const spoiled = (wrong: number): { label: string; text: string }[] =>
  items(['marketing', 10], ['technical', 20]).map(({ label, text }, i) => {
    const n = label === 'marketing' ? i : i - 10
    return { text, label: n < wrong ? (label === 'marketing' ? 'technical' : 'marketing') : label }
  })
