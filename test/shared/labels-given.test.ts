import { expect, it } from '@jest/globals'
import { keys } from '../../shared/keys'
import { readLabelsGiven } from '../../shared/labels-given'
import { testBucket } from './bucket'

const RULES = { schemaVersion: 1, categories: ['marketing', 'technical'] }

const line = (item: string, label: string, at: string, more: object = {}, version = 1): string =>
  JSON.stringify({
    source: `text of ${item}`,
    item,
    'post-id': `post of ${item}`,
    role: 'evaluation',
    hashtags: ['aws'],
    date: '2026-11-21',
    size: 3,
    'inclusion-probability': 0.2,
    label: RULES.categories.indexOf(label),
    'label-metadata': {
      'class-name': label,
      confidence: 0.9,
      'human-annotated': 'yes',
      'job-name': 'j',
      'creation-date': at,
      type: 'groundtruth/text-classification',
      'schema-version': version,
      judgements: [{ annotator: 'ana', label }],
      ...more,
    },
  })

const given = async (batches: Record<string, string[]>) => {
  const bucket = testBucket()
  for (const [batch, lines] of Object.entries(batches)) {
    await bucket.put(keys.settledManifest({ batch }), lines.map((one) => `${one}\n`).join(''))
  }
  return readLabelsGiven(bucket, RULES)
}

it('knows the label of each item, where it comes from and what it is a sample of', async () => {
  const labels = await given({ '2026-11-22': [line('a', 'marketing', '2026-11-22T09:00:00.000000')] })

  expect(labels.get('a')).toEqual({
    item: 'a',
    label: 'marketing',
    role: 'evaluation',
    batch: '2026-11-22',
    at: '2026-11-22T09:00:00.000000',
    confidence: 0.9,
    adjudicated: false,
    text: 'text of a',
    date: '2026-11-21',
    hashtags: ['aws'],
    size: 3,
    inclusionProbability: 0.2,
  })
})

it.each([
  ['the latest, whatever the order of the batches', '2026-11-23T00:00:00', {}, '2026-11-22T00:00:00', {}, 'marketing'],
  ['the latest', '2026-11-22T00:00:00', {}, '2026-11-23T00:00:00', {}, 'technical'],
  [
    "the owner's, also when it is older",
    '2026-11-22T00:00:00',
    { adjudicated: true },
    '2026-11-23T00:00:00',
    {},
    'marketing',
  ],
  [
    "the owner's latest",
    '2026-11-22T00:00:00',
    { adjudicated: true },
    '2026-11-23T00:00:00',
    { adjudicated: true },
    'technical',
  ],
])('of two labels of an item keeps %s', async (_, first, firstMore, second, secondMore, expected) => {
  const labels = await given({
    one: [line('a', 'marketing', first, firstMore)],
    two: [line('a', 'technical', second, secondMore)],
  })

  expect(labels.get('a')?.label).toBe(expected)
})

it('of two labels of one instant keeps that of the last batch, and the tenth of a day comes after the second', async () => {
  const at = '2026-11-22T00:00:00'

  const labels = await given({
    '2026-11-22': [line('a', 'technical', at)],
    '2026-11-22-10': [line('a', 'marketing', at)],
    '2026-11-22-2': [line('a', 'technical', at)],
  })

  expect(labels.get('a')).toMatchObject({ batch: '2026-11-22-10', label: 'marketing' })
})

it('leaves out what cannot be used and keeps the good lines', async () => {
  const at = '2026-11-22T00:00:00'
  const lines = ['{"item":', line('b', 'marketing', at, {}, 2), line('c', 'praise', at), line('d', 'technical', at)]

  expect([...(await given({ one: lines })).keys()]).toEqual(['d'])
})
