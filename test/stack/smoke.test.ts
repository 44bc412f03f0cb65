import path from 'node:path'
import { expect, it } from '@jest/globals'
import { smokeLabels } from '../../bin/smoke-labels'
import { readSettled } from '../../shared/settled'
import { readSettings } from '../../shared/settings'

const { labels, training, gate } = readSettings(path.resolve(__dirname, '../..'))
const rules = { schemaVersion: labels.version, categories: labels.categories.map(({ name }) => name) }
const read = smokeLabels(labels, '2026-11-22T00:00:00.000Z')
  .trimEnd()
  .split('\n')
  .map((line) => readSettled(line, rules))
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
