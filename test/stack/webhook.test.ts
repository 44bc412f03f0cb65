import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from '@jest/globals'
import { published } from '../../events'
import { eventSources } from '../../events/define'
import { root, errorsIn } from './packaged'

const file = path.join(root, 'samples/webhook/template.yml')
const text = readFileSync(file, 'utf8')

it('has no error that CloudFormation would find in the template of a webhook', () => {
  expect(errorsIn(file)).toEqual([])
})

it('matches published events from their publishers', () => {
  const patterns = Array.from(text.matchAll(/source: \[(.+?)\], detail-type: \[(.+?)\]/g), ([, source, name]) => ({
    source,
    name,
  }))

  expect(patterns).toHaveLength(2)
  for (const { source, name } of patterns) {
    const event = published.find((one) => one.name === name)
    expect([name, event && eventSources(event)]).toEqual([name, [source]])
  }
})

it.each(['slack', 'teams'])('sends %s JSON with fields that the events have', (kind) => {
  const templates = Array.from(text.matchAll(/^ {14}- '(\{.+\})'$/gm), ([, one = '']) => one)
  const mine = templates.filter((one) => one.includes('attachments') === (kind === 'teams'))
  const paths = Array.from(text.matchAll(/InputPathsMap: \{ (.+) \}/g), ([, map = '']) =>
    map.split(', ').map((entry) => entry.split(': ')),
  )

  expect(mine).toHaveLength(2)
  for (const [i, name] of ['ShareMoved', 'LabelsUnreliable'].entries()) {
    const example = published.find((one) => one.name === name)?.example
    let filled = mine[i] ?? ''
    for (const [variable, where = ''] of paths[i] ?? []) {
      const value: unknown = Object(example)[where.replace('$.detail.', '')]
      expect([where, typeof value]).toEqual([where, 'string'])
      filled = filled.replaceAll(`<${variable}>`, String(value))
    }
    expect(filled).not.toMatch(/<\w+>/)
    expect(JSON.parse(filled)).toBeInstanceOf(Object)
  }
})
