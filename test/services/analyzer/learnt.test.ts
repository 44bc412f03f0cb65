import { readFileSync } from 'node:fs'
import { expect, it } from '@jest/globals'
import { analyze } from '../../../services/analyzer/analyze'
import { unlearnt } from '../../../services/analyzer/learnt'
import { s3Artefacts } from '../../../shared/artefact'
import { keys } from '../../../shared/keys'
import { type PlanRecord, reportRecord } from '../../../shared/records'
import { parseSettings } from '../../../shared/settings'
import { cascadeId } from '../../../shared/text/cascade'
import { testBucket } from '../../shared/bucket'
import { recorder } from '../../shared/recorder'
import { testTable } from '../../shared/tables'
import { MARKETING, post, putChampion, putRun, TECHNICAL } from './day'

const LABELS = ['technical', 'marketing']
const DATE = '2026-11-21'

/** A model that gives technical posts 0.8 and 0.6, and marketing posts 0.3. */
const window = [0.8, 0.6, 0.7, 0.7, 0.7, 0.3, 0.3, 0.3, 0.3, 0.3].map((score, i) => ({
  label: i < 5 ? 0 : 1,
  scores: [score, 1 - score],
}))
const given = new Map(
  (
    [
      ['easy', 'technical', 'training'],
      ['hard', 'technical', 'training'],
      ['drawn', 'technical', 'evaluation'],
      ['odd', 'cats', 'training'],
    ] as const
  ).map(([item, label, role]) => [item, { label, role }]),
)
const planOf = (
  scores: Record<string, number[]>,
  more: Partial<PlanRecord['trainingChoice']> = {},
  labels = LABELS,
) => ({
  categories: labels,
  items: Object.entries(scores).map(([item, own]) => ({
    item,
    post: item,
    role: 'training' as const,
    hashtags: ['aws'],
    date: DATE,
    size: 1,
    inclusionProbability: null,
    judgements: 1,
    purpose: 'label' as const,
    scores: own,
  })),
  trainingChoice: {
    how: 'margin' as const,
    job: 'before',
    macroF1: 0.8,
    why: '',
    meanScores: [
      [0.9, 0.1],
      [0.2, 0.8],
    ],
    ...more,
  },
})
const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 10))

it('counts what was bought at random as the model takes its class unseen', () => {
  expect(unlearnt(LABELS, given, [], window)('easy')).toEqual(near([0.7, 0.3]))
})

it('leaves what the model has not learnt from, or has another label than the model knows', () => {
  const of = unlearnt(LABELS, given, [], window)

  expect(['drawn', 'odd', 'unknown'].map(of)).toEqual([undefined, undefined, undefined])
})

it('counts what a model chose as so much harder than its class as that model found it', () => {
  const of = unlearnt(LABELS, given, [planOf({ hard: [0.5, 0.5] })], window)

  expect(of('hard')).toEqual(near([0.7 + 0.5 - 0.9, 0.3 + 0.5 - 0.1]))
  expect(of('easy')).toEqual(near([0.7, 0.3]))
})

it.each([
  ['knew other labels', planOf({ hard: [0.5, 0.5] }, {}, ['marketing', 'technical'])],
  ['had no evaluation label of the class', planOf({ hard: [0.5, 0.5] }, { meanScores: [null, [0.2, 0.8]] })],
  ['did not say what it made of it', planOf({ hard: [0.5, 0.5] }, { meanScores: undefined })],
])('does without a choosing model that %s', (_, plan) => {
  expect(unlearnt(LABELS, given, [plan], window)('hard')).toEqual(near([0.7, 0.3]))
})

it('leaves a class of which the window has too few labels', () => {
  expect(unlearnt(LABELS, given, [], window.slice(1))('easy')).toBeUndefined()
})

it('keeps a day of which the model has learnt a part right, where the shares have moved', async () => {
  const tables = await testTable()
  const bucket = testBucket()
  const { gate } = parseSettings(readFileSync('bellwether.yml', 'utf8'))
  const categories = LABELS.map((name) => ({ name, definition: `It is ${name}.`, examples: [] }))
  // Forty drawn messages, ten of them marketing; twenty for training, all of them marketing in technical words.
  const texts = Array.from({ length: 60 }, (_, i) => `${i < 40 && i % 4 === 0 ? MARKETING : TECHNICAL} number${i}`)
  const labelOf = (i: number) => (i >= 40 || i % 4 === 0 ? 'marketing' : 'technical')
  await putChampion(bucket, 'model-a')
  await putRun(bucket, { date: DATE, pages: [texts.map((text, i) => post(String(i), text))] })
  const lines = texts.map((source, i) => ({
    source,
    item: cascadeId(source),
    'post-id': String(i),
    role: i < 40 ? 'evaluation' : 'training',
    hashtags: ['aws'],
    date: DATE,
    size: 1,
    'inclusion-probability': i < 40 ? 2 / 3 : null,
    label: LABELS.indexOf(labelOf(i)),
    'label-metadata': {
      'class-name': labelOf(i),
      confidence: 1,
      'human-annotated': 'yes',
      'job-name': 'j',
      'creation-date': '2026-11-22T09:00:00.000000',
      type: 'groundtruth/text-classification',
      'schema-version': 1,
      judgements: [],
    },
  }))
  await bucket.put(keys.settledManifest({ batch: DATE }), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))

  try {
    await analyze({
      objects: bucket,
      load: s3Artefacts(bucket),
      publish: recorder('analyzer').publish,
      enqueue: async () => undefined,
      table: tables.table,
      settings: { labels: { version: 1, categories }, gate },
      owner: () => 'owner',
    })({ hashtag: 'aws', date: DATE }, { now: new Date('2026-11-22T12:00:00Z'), remainingMs: () => 300_000 })

    const { day } = await bucket.readJson(keys.report({ hashtag: 'aws', date: DATE }), reportRecord)
    expect(day.byPosts.pacc.raw.find(({ label }) => label === 'marketing')?.estimate).toBeCloseTo(0.5, 2)
  } finally {
    await tables.stop()
  }
})
