import type { CardRecord, ChampionRecord, LiveRecord, ScoresRecord } from '../../shared/records'

/** Scores of a model that has 85 of 100 right. */
const scores: ScoresRecord = {
  items: 100,
  accuracy: 0.85,
  accuracyInterval: { low: 0.767, high: 0.907 },
  macroF1: 0.833,
  macroF1Interval: { low: 0.752, high: 0.904 },
  logLoss: 0.41,
  classes: [
    { label: 'marketing', items: 35, answered: 32, precision: 0.8125, recall: 0.743, f1: 0.776 },
    { label: 'technical', items: 65, answered: 68, precision: 0.868, recall: 0.908, f1: 0.887 },
  ],
  confusion: [
    [26, 9],
    [6, 59],
  ],
  hashtags: [
    { hashtag: 'aws', items: 60, accuracy: 0.867, macroF1: 0.851 },
    { hashtag: 'azure', items: 41, accuracy: 0.829, macroF1: 0.808 },
  ],
}

const majority: ScoresRecord = {
  ...scores,
  accuracy: 0.65,
  accuracyInterval: { low: 0.553, high: 0.736 },
  macroF1: 0.394,
  macroF1Interval: { low: 0.355, high: 0.424 },
  logLoss: 0.647,
  classes: [
    { label: 'marketing', items: 35, answered: 0, precision: null, recall: 0, f1: 0 },
    { label: 'technical', items: 65, answered: 100, precision: 0.65, recall: 1, f1: 0.788 },
  ],
  confusion: [
    [0, 35],
    [0, 65],
  ],
}

export const liveExample: LiveRecord = {
  job: 'bellwether-dev-0b1e4c553f9c2a7d-1',
  after: '2026-11-21',
  through: '2026-11-23',
  datasetId: '3f9c2a7d0b1e4c55',
  scores: { ...scores, items: 60, accuracy: 0.817, macroF1: 0.797 },
  ece: 0.041,
}

/** A card with everything on it: a challenger that was promoted over a champion. */
export const cardExample: CardRecord = {
  job: 'bellwether-dev-3f9c2a7d0b1e4c55-1',
  verdict: 'promoted',
  provisional: false,
  reasons: ['macro-F1 0.833 is not below the 0.815 of champion bellwether-dev-0b1e4c553f9c2a7d-1'],
  gate: [
    { name: 'enough-items', passed: true, words: '100 evaluation items; 100 are needed' },
    {
      name: 'not-surely-worse',
      passed: true,
      words: 'macro-F1 0.833 is not below the 0.815 of champion bellwether-dev-0b1e4c553f9c2a7d-1',
    },
  ],
  champion: 'bellwether-dev-0b1e4c553f9c2a7d-1',
  labels: ['marketing', 'technical'],
  labelStatus: 'ok',
  artefact: {
    uri: 's3://bellwether-dev-111122223333-eu-west-1/models/bellwether-dev-3f9c2a7d0b1e4c55-1/output/model.tar.gz',
    versionId: null,
    sha256: '0'.repeat(64),
  },
  window: { size: 400, items: 100, of: 101, from: '2026-11-19', to: '2026-11-23', leaked: 1 },
  scores: {
    challenger: scores,
    champion: { ...scores, accuracy: 0.83, macroF1: 0.815 },
    majority,
    linear: { ...scores, accuracy: 0.8, macroF1: 0.771 },
  },
  comparison: {
    difference: 0.018,
    low: -0.021,
    high: 0.059,
    standardError: 0.021,
    replicates: 2000,
    seed: 1,
    mcnemar: { lost: 3, gained: 5, p: 0.727 },
  },
  best: { job: 'bellwether-dev-9c2a7d0b1e4c553f-1', macroF1: 0.829 },
  calibration: {
    items: 100,
    temperature: 1.8,
    ece: { raw: 0.09, scaled: 0.04 },
    logLoss: { raw: 0.41, scaled: 0.36 },
  },
  live: liveExample,
  evaluation: { key: 'datasets/3f9c2a7d0b1e4c55/evaluation/posts.jsonl', sha256: '1'.repeat(64) },
  dataset: {
    datasetId: '3f9c2a7d0b1e4c55',
    textVersion: '2',
    schemaVersion: 1,
    labels: ['marketing', 'technical'],
    labelStatus: 'ok',
    latestDate: '2026-11-23',
    manifests: ['labeled/2026-11-22/output.manifest', 'labeled/2026-11-23/output.manifest'],
    rows: { train: 160, validation: 40, evaluation: 101 },
    classes: {
      marketing: { train: 60, validation: 15, evaluation: 36 },
      technical: { train: 100, validation: 25, evaluation: 65 },
    },
    refused: { 'no-text': 1 },
    files: {
      train: 'datasets/3f9c2a7d0b1e4c55/train/posts.train',
      validation: 'datasets/3f9c2a7d0b1e4c55/validation/posts.validation',
      evaluation: 'datasets/3f9c2a7d0b1e4c55/evaluation/posts.jsonl',
    },
    sha256: { train: '2'.repeat(64), validation: '3'.repeat(64), evaluation: '1'.repeat(64) },
  },
  training: {
    job: 'bellwether-dev-3f9c2a7d0b1e4c55-1',
    datasetId: '3f9c2a7d0b1e4c55',
    textVersion: '2',
    trainer: 'blazingtext',
    hyperparameters: { mode: 'supervised', epochs: '20', learning_rate: '0.3' },
    artefact: 's3://bellwether-dev-111122223333-eu-west-1/models/bellwether-dev-3f9c2a7d0b1e4c55-1/output/model.tar.gz',
    trainSeconds: 62,
    billableSeconds: 21,
    spot: true,
    instanceType: 'ml.c5.xlarge',
    costUsd: 0.00119,
    validationAccuracy: 0.85,
    engine: 'fasttext',
    seed: null,
    prior: { marketing: 0.42, technical: 0.58 },
    tuning: 'tuning/1/120/0b1e4c553f9c2a7d.json',
  },
  tuning: {
    datasetId: '0b1e4c553f9c2a7d',
    rows: 120,
    seed: 1,
    seconds: 20,
    goal: 'macroF1',
    hyperparameters: { mode: 'supervised', epochs: '20', learning_rate: '0.3' },
    tried: [
      { hyperparameters: { mode: 'supervised', epochs: '20', learning_rate: '0.3' }, score: 0.81, spread: 0.02 },
      { hyperparameters: { mode: 'supervised', epochs: '5', learning_rate: '0.05' }, score: null, spread: null },
    ],
  },
  seed: null,
  lineage: {
    inputs: [
      { key: 'labeled/2026-11-22/output.manifest', sha256: '4'.repeat(64) },
      { key: 'labeled/2026-11-23/output.manifest', sha256: '5'.repeat(64) },
      { key: 'datasets/3f9c2a7d0b1e4c55/train/posts.train', sha256: '2'.repeat(64) },
    ],
    labels: { key: 'datasets/3f9c2a7d0b1e4c55/labels.csv', sha256: '6'.repeat(64), count: 301 },
  },
  cost: {
    labelsUsd: 12.4,
    readsUsd: 4.06,
    trainingUsd: 0.00119,
    millionPosts: { usd: 0.00035, how: '13 s of the analyzer with 2 GB' },
  },
}

export const championExample: ChampionRecord = {
  job: cardExample.job,
  datasetId: cardExample.dataset.datasetId,
  engine: 'fasttext',
  artefact: cardExample.artefact.uri,
  versionId: null,
  sha256: '0'.repeat(64),
  labels: cardExample.labels,
  textVersion: '2',
  schemaVersion: 1,
  labelStatus: 'ok',
  latestDate: '2026-11-23',
  provisional: false,
  temperature: 1.8,
  prior: { marketing: 0.42, technical: 0.58 },
  promotedAt: '2026-11-24T01:30:00.000Z',
  replaces: cardExample.champion,
}
