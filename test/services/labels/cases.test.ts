import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { openLabels } from '../../../services/labels/read'
import { newWorld } from './world'

const bytes = (name: string) => readFileSync(path.join(__dirname, '../../fixtures/files', name))

async function take(name: string, text: string | Buffer = bytes(name)) {
  const world = newWorld()
  const answer = await world.take(name, text)
  const lines = answer.manifestKey === null ? [] : world.lines(answer.batch)
  return { answer, metadata: lines.map((line) => line['label-metadata']), refused: world.refused(answer.batch), lines }
}

it('refuses ids that a spreadsheet has rounded, naming the row', async () => {
  const { answer, refused } = await take('labels-scientific-ids.csv')

  expect(answer).toMatchObject({ items: 0, refused: { 'rounded-id': 2 } })
  expect(refused[0]).toMatchObject({ line: 2, field: 'id', found: '1.1E+18' })
})

it("uses an annotator's latest judgement, not the last row", async () => {
  const { metadata } = await take('labels-older-row-last.csv')

  expect(metadata).toMatchObject([
    { 'class-name': 'marketing', judgements: [{ annotator: 'ann', label: 'marketing' }] },
  ])
})

it.each([
  ['labels-one-empty-annotation-of-three.json', 'unlabelled'],
  ['labels-one-removed-choice-of-three.json', 'unknown-class'],
  ['labels-one-deleted-user-of-three.json', 'annotator'],
])('drops only the malformed annotation of a task in %s', async (name, reason) => {
  const { answer, metadata, refused } = await take(name)

  expect(answer).toMatchObject({ items: 1, refused: { [reason]: 1 } })
  expect(metadata[0]).toMatchObject({ 'class-name': 'technical', confidence: 1 })
  expect(metadata[0]?.judgements).toHaveLength(2)
  expect(refused).toMatchObject([{ task: 1, line: 2, reason }])
})

it('accepts names of annotators in any script', async () => {
  const { metadata, refused } = await take('labels-annotators-with-accents.csv')

  expect(refused).toEqual([])
  expect(new Set(metadata.map(({ judgements }) => judgements[0]?.annotator))).toEqual(
    new Set(['Jürgen', 'josé@example.org', 'Anna Meier', '李']),
  )
})

it("reads Label Studio's JSON-MIN, and refuses two choices for one text", async () => {
  const { answer, metadata, lines, refused } = await take('labels-json-min.json')

  expect(answer).toMatchObject({ form: 'json', items: 1, refused: { invalid: 1 } })
  expect(lines[0]).toMatchObject({ 'post-id': '', date: '2026-05-20' })
  expect(metadata[0]).toMatchObject({
    'class-name': 'technical',
    'creation-date': '2026-05-20T10:01:02',
    judgements: [{ annotator: '1', label: 'technical' }],
  })
  expect(refused).toMatchObject([{ task: 2, line: 12, field: 'label' }])
})

describe('a label of an imported file', () => {
  it.each([
    ['with the prefix of fastText', '__label__technical', 'technical'],
    ['in another case', ' Technical', 'technical'],
  ])('%s is read as the category', async (_, label, category) => {
    const { metadata } = await take('l.csv', `text,label\nsome text,${label}\n`)

    expect(metadata).toMatchObject([{ 'class-name': category }])
  })

  it.each(['NaN', 'null', 'N/A', 'none', '-'])('%s means that there is no label', async (label) => {
    const { answer } = await take('l.csv', `text,label\nsome text,${label}\n`)

    expect(answer).toMatchObject({ items: 0, refused: { unlabelled: 1 } })
  })

  it("names the column of an annotator's refused label", async () => {
    const { refused } = await take('l.csv', 'text,annotator,label\nsome text,ann,spam\n')

    expect(refused).toMatchObject([{ line: 2, field: 'label', reason: 'unknown-class', found: 'spam' }])
  })

  it('is not a category when its prefix is doubled', async () => {
    const { answer } = await take('l.csv', 'text,label\nsome text,__label____label__technical\n')

    expect(answer).toMatchObject({ items: 0, refused: { 'unknown-class': 1 } })
  })
})

describe('rows of an imported file', () => {
  it.each([
    ['CSV with semicolons', 'text;label\na;technical\nb;marketing\n', 'csv'],
    [
      'a sheet of a spreadsheet in tabs and UTF-16',
      Buffer.from('\uFEFFtext\tlabel\r\na\ttechnical\r\nb\tmarketing\r\n', 'utf16le'),
      'csv',
    ],
    ['JSON Lines', '{"text":"a","label":"technical"}\n{"text":"b","label":["marketing"]}\n', 'json'],
    ['CSV with other column names', 'Tweet,CATEGORY,worker_id\na,technical,7\nb,marketing,8\n', 'csv'],
  ])('are read from %s', async (_, text, form) => {
    const { answer } = await take('l.txt', text)

    expect(answer).toMatchObject({ items: 2, refused: {}, form })
  })

  it('are reported with the line number that an editor shows', async () => {
    const { refused } = await take('l.csv', 'text,label\r\n"a\r\nb\r\nc",technical\r\nd,spam\r\n')

    expect(refused).toMatchObject([{ line: 5, reason: 'unknown-class' }])
  })
})

it("reads completions of Label Studio's first versions as annotations", async () => {
  const result = [{ type: 'choices', value: { choices: ['technical'] }, from_name: 'label', to_name: 'text' }]
  const { metadata } = await take(
    'l.json',
    JSON.stringify([{ data: { text: 'a text' }, completions: [{ result, completed_by: 1 }] }]),
  )

  expect(metadata).toMatchObject([{ 'class-name': 'technical' }])
})

it('uses the newest of two labels in one manifest line', async () => {
  const about = (label: string, day: number, more: object = {}) => ({
    'class-name': label,
    'creation-date': `2026-05-0${day}T10:00:00.000000`,
    type: 'groundtruth/text-classification',
    'human-annotated': 'yes',
    ...more,
  })
  const line = (first: object, second: object) =>
    `${JSON.stringify({ source: 'a text', label: 0, 'label-metadata': first, second: 1, 'second-metadata': second })}\n`

  const newer = await take('m.manifest', line(about('technical', 1), about('marketing', 2)))
  const older = await take('m.manifest', line(about('technical', 2), about('marketing', 1)))
  const failed = await take('m.manifest', line(about('technical', 1), about('marketing', 2, { 'failure-reason': 'x' })))

  expect([newer, older, failed].map(({ metadata }) => metadata[0]?.['class-name'])).toEqual([
    'marketing',
    'technical',
    'technical',
  ])
})

it('reads the id of a message from a column in any spelling', async () => {
  const file = async function* () {
    yield Buffer.from('Item,LABEL\n00112233445566ff,technical\n')
  }

  const { entries } = await openLabels('labels.csv', file())

  for await (const entry of entries) expect(entry).toMatchObject({ item: '00112233445566ff', label: 'technical' })
})
