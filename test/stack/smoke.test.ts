import path from 'node:path'
import { expect, it } from '@jest/globals'
import { smokeLabels } from '../../bin/smoke-labels'
import { missingForSmoke } from '../../bin/smoke-needs'
import { type Facts, findingsOf } from '../../services/doctor/findings'
import { readSettled } from '../../shared/labels'
import { readSettings } from '../../shared/settings'

const shipped = readSettings(path.resolve(__dirname, '../..'))
const { labels, training, gate } = shipped
const rules = { schemaVersion: labels.version, categories: labels.categories.map(({ name }) => name) }
const read = smokeLabels(labels, '2026-11-22T00:00:00.000Z')
  .trimEnd()
  .split('\n')
  .map((line) => readSettled(line, rules))
const SPOT = 'ml.c5.xlarge for spot training job usage'
const lines = read.flatMap((line) => ('item' in line ? line : []))

it('writes labels that the formatter takes, each once', () => {
  expect(read.filter((line) => 'reason' in line)).toEqual([])
  expect(new Set(lines.map(({ item }) => item)).size).toBe(lines.length)
})

it('writes enough of every category to train, validate and evaluate', () => {
  const count = (name: string, wanted: string) =>
    lines.filter(({ role, 'label-metadata': metadata }) => role === wanted && metadata['class-name'] === name).length

  expect(rules.categories.filter((name) => count(name, 'training') < training.minimumExamples)).toEqual([])
  expect(
    rules.categories.filter((name) => count(name, 'evaluation') * rules.categories.length < gate.minimumProvisional),
  ).toEqual([])
})

it('goes on in a stage without posts and their secret, and stops where no job could be trained', () => {
  const fresh: Facts = {
    sources: { x: { known: ['secret'] }, file: { known: ['sample.jsonl'] } },
    linkKey: { known: true },
    quotas: new Map([
      [SPOT, { known: 1 }],
      ['ml.c5.xlarge for training job usage', { known: 1 }],
    ]),
    workteams: { known: [] },
    labelingJobs: { known: 0 },
    concurrency: { known: 10 },
    hasGroundTruth: false,
  }
  const settings = {
    ...shipped,
    hashtags: [...shipped.hashtags, { tag: 'gcp', source: 'x' }],
    labelling: { ...shipped.labelling, labeller: 'ground-truth' as const },
  }
  const missing = (facts: Facts) =>
    missingForSmoke(
      findingsOf(facts, settings, { sourceSecrets: { x: 'x' }, linkSecret: 'l', region: 'eu-west-1', bucket: 'b' }),
    )

  expect(missing(fresh)).toEqual([])
  expect(missing({ ...fresh, quotas: new Map([[SPOT, { known: 0 }]]) })).toMatchObject([
    { check: expect.stringMatching(/spot/) },
  ])
})
