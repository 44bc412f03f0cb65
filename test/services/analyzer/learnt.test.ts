import { expect, it } from '@jest/globals'
import { analyze } from '../../../services/analyzer/analyze'
import { unlearnt } from '../../../services/analyzer/learnt'
import { s3Artefacts } from '../../../shared/artefact'
import { keys } from '../../../shared/keys'
import { makeMemory } from '../../../shared/memory'
import { labelStore, rulesOf } from '../../../shared/labels'
import { type PlanRecord, reportRecord } from '../../../shared/records'
import { cascadeId } from '../../../shared/text/cascade'
import { aSettings } from '../../given'
import { testBucket } from '../../shared/bucket'
import { recorder } from '../../shared/recorder'
import { testTable } from '../../shared/tables'
import { MARKETING, post, putChampion, putRun, settledLineOf, TECHNICAL } from './day'

const LABELS = ['technical', 'marketing']
const DATE = '2026-11-21'

/** A model that gives technical to technical posts with 0.5 to 0.95, and to marketing posts with 0.3. */
const window = Array.from({ length: 40 }, (_, i) => {
  const score = i < 20 ? 0.5 + (i % 10) * 0.05 : 0.3
  return { item: `w${i}`, label: i < 20 ? 0 : 1, scores: [score, 1 - score] }
})
/** The one before gave them twice as far from 0.95. */
const evaluation = window.map(({ item, scores }) => {
  const score = 0.95 - 2 * (0.95 - scores[0]!)
  return { item, scores: [score, 1 - score] }
})
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
    evaluation,
    ...more,
  },
})
const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 10))

it('counts what was bought at random as the model takes its class unseen', () => {
  expect(unlearnt(LABELS, given, [], window)('easy')).toEqual(near([0.725, 0.275]))
})

it('leaves what the model has not learnt from, or has another label than the model knows', () => {
  const of = unlearnt(LABELS, given, [], window)

  expect(['drawn', 'odd', 'unknown'].map(of)).toEqual([undefined, undefined, undefined])
})

it('counts what a model chose as the two models have taken evaluation posts of its class', () => {
  const of = unlearnt(LABELS, given, [planOf({ hard: [0.15, 0.85] })], window)

  expect(of('hard')).toEqual(near([0.55, 0.45]))
  expect(of('easy')).toEqual(near([0.725, 0.275]))
})

it.each([
  ['knew other labels', planOf({ hard: [0.5, 0.5] }, {}, ['marketing', 'technical'])],
  ['did not say what it made of evaluation posts', planOf({ hard: [0.5, 0.5] }, { evaluation: undefined })],
])('counts what was chosen by a model that %s as its class', (_, plan) => {
  expect(unlearnt(LABELS, given, [plan], window)('hard')).toEqual(near([0.725, 0.275]))
})

it('leaves what was chosen where too few evaluation posts were scored by both models', () => {
  const few = planOf({ hard: [0.5, 0.5] }, { evaluation: evaluation.slice(1) })

  expect(unlearnt(LABELS, given, [few], window)('hard')).toBeUndefined()
})

it('leaves a class of which the window has too few labels', () => {
  expect(unlearnt(LABELS, given, [], window.slice(1))('easy')).toBeUndefined()
})

it('keeps a day of which the model has learnt a part right, where the shares have moved', async () => {
  const tables = await testTable()
  const bucket = testBucket()
  const settings = aSettings()
  // Eighty drawn messages, twenty of them marketing; forty for training, all of them marketing in technical words.
  const texts = Array.from({ length: 120 }, (_, i) => `${i < 80 && i % 4 === 0 ? MARKETING : TECHNICAL} number${i}`)
  const labelOf = (i: number) => (i >= 80 || i % 4 === 0 ? 'marketing' : 'technical')
  await putChampion(bucket, 'model-a')
  await putRun(bucket, { date: DATE, pages: [texts.map((text, i) => post(String(i), text))] })
  const lines = texts.map((text, i) =>
    settledLineOf(
      { id: String(i), text, label: labelOf(i), place: LABELS.indexOf(labelOf(i)) },
      i < 80 ? { 'inclusion-probability': 2 / 3 } : { role: 'training', 'inclusion-probability': null },
    ),
  )
  await bucket.put(keys.settledManifest({ batch: DATE }), lines.map((line) => `${line}\n`).join(''))

  const plan: PlanRecord = {
    batch: DATE,
    date: DATE,
    labeller: 'desk',
    job: 'j',
    schemaVersion: 1,
    categories: LABELS,
    deadline: '2026-11-22T21:00:00.000Z',
    runs: [keys.run({ hashtag: 'aws', date: DATE, run: 'one' })],
    cascades: 120,
    judgements: 120,
    costUsd: 0,
    items: [],
    draws: [
      {
        hashtag: 'aws',
        date: DATE,
        target: 80,
        cascades: 120,
        posts: 120,
        members: texts.slice(0, 80).map((text) => ({ item: cascadeId(text), size: 1, inclusionProbability: 2 / 3 })),
      },
    ],
  }
  await bucket.put(keys.plan({ batch: DATE }), JSON.stringify(plan))

  try {
    await analyze({
      objects: bucket,
      load: s3Artefacts(bucket),
      publish: recorder('analyzer').publish,
      enqueue: async () => undefined,
      table: tables.table,
      labels: labelStore(bucket, rulesOf(settings.labels)),
      memory: makeMemory(2 ** 20),
      settings,
      owner: () => 'owner',
    })({ hashtag: 'aws', date: DATE }, { now: new Date('2026-11-22T12:00:00Z'), remainingMs: () => 300_000 })

    const { day } = await bucket.readJson(keys.report({ hashtag: 'aws', date: DATE }), reportRecord)
    const marketing = (raw: { label: string; estimate: number }[]) =>
      raw.find(({ label }) => label === 'marketing')?.estimate
    expect(marketing(day.byPosts.pacc.raw)).toBeCloseTo(0.5, 2)
    // A quarter of the eighty that the sample stands for, and forty that are known.
    expect(marketing(day.byPosts.raw)).toBeCloseTo((0.25 * 80 + 40) / 120, 6)
    expect(day.byMessages).toMatchObject({ labels: 80, sampled: 80 })
  } finally {
    await tables.stop()
  }
})
