import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { shown } from '../local/query/show'
import { ROOT } from '../local/root'
import { csvOf } from '../pages/report/csv'
import { recordsOf } from '../services/privacy/files/csv-records'
import { labelsAsCsv } from '../shared/label-file/csv'
import { filesIn } from './files'
import { aSettledLine } from './given'

/** Writers of CSV that people open in a spreadsheet: each writes a file in which all texts are the given one. */
const FOR_PEOPLE: Readonly<Record<string, (text: string) => string>> = {
  'local/query/show.ts': (text) => shown({ columns: [text, 'b'], rows: [[text, text]] }, 'csv'),
  'pages/report/csv.ts': (text) => csvOf([{ heading: text }, { heading: 'b' }], [[text, text]]),
  'shared/label-file/csv.ts': (text) =>
    labelsAsCsv([
      aSettledLine(text, text, {
        source: text,
        'post-id': text,
        hashtags: [text],
        date: text,
        metadata: { 'creation-date': text, judgements: [{ annotator: text, label: text }] },
      }),
    ]),
}

/** Writers of objects that only the pipeline reads: a quote before a text would change it. */
const FOR_THE_PIPELINE = ['services/analyzer/facts/prediction.ts', 'shared/cascades/files.ts', 'shared/posts.ts']

const SIGNS = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']
const text = fc
  .tuple(fc.constantFrom('', "'", "''", '"', ' '), fc.constantFrom(...SIGNS), fc.string({ unit: 'grapheme' }))
  .map((parts) => parts.join(''))

it('every module that writes CSV is in one of the two lists', () => {
  const modules = ['services', 'shared', 'pages', 'local', 'bin', 'events']
    .flatMap(filesIn)
    .filter((file) => file.endsWith('.ts'))
    .filter((file) => /csv-stringify|join\('\\r\\n'\)/.test(readFileSync(path.join(ROOT, file), 'utf8')))

  expect(modules.sort()).toEqual([...Object.keys(FOR_PEOPLE), ...FOR_THE_PIPELINE].sort())
})

describe.each(Object.entries(FOR_PEOPLE))('the CSV of %s', (_, write) => {
  it('has no cell that a spreadsheet would run as a formula, in any column or heading', () => {
    fc.assert(
      fc.property(text, (given) => {
        const cells = [...recordsOf(write(given))].flatMap((record) => record.cells)

        expect(cells.filter((cell) => SIGNS.some((sign) => cell.startsWith(sign)))).toEqual([])
        expect(cells.length).toBeGreaterThan(2)
      }),
    )
  })
})
