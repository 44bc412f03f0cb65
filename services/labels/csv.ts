import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import { BellwetherError } from '../../shared/errors'
import type { SettledLine } from '../../shared/records'
import { type Entry, type Format, refused, type Refused } from './entry'

const COLUMNS = [
  'item',
  'id',
  'text',
  'label',
  'confidence',
  'adjudicated',
  'role',
  'hashtag',
  'createdAt',
  'size',
  'labelledAt',
  'annotator',
  'answer',
] as const
type Column = (typeof COLUMNS)[number]

/**
 * CSV with a header, a row for each judgement. `text` and `label` must be there, in any order; with `annotator` and no
 * `answer` the label is what this annotator said, and several rows of one text are its judgements.
 */
export const csv: Format = {
  name: 'csv',
  extension: 'csv',
  endings: ['.csv'],
  fields: {
    item: 'item',
    text: 'text',
    post: 'id',
    hashtags: 'hashtag',
    date: 'createdAt',
    size: 'size',
    label: 'label',
    confidence: 'confidence',
    labelledAt: 'labelledAt',
    adjudicated: 'adjudicated',
    schemaVersion: 'schemaVersion',
    annotator: 'annotator',
    answer: 'answer',
  },

  read: function* (text, file) {
    let header: string[] | undefined
    for (const { line, cells, problem } of rowsOf(text)) {
      if (problem !== undefined) {
        yield refused({ line }, 'row', 'not-csv', problem)
      } else if (!header) {
        header = headerOf(cells, `${file}, line ${line}`)
      } else if (cells.length > header.length) {
        yield refused({ line }, 'row', 'not-csv', `${cells.length} cells under ${header.length} columns`)
      } else {
        yield entryOf(header, cells, line)
      }
    }
    if (!header) throw new BellwetherError('OBJECT_INVALID', `${file} has no header`)
  },

  write: (lines) =>
    stringify(
      lines.flatMap((line) => rowsOfLine(line)),
      { header: true, columns: [...COLUMNS], record_delimiter: '\r\n', quoted_match: /[\r\n]/ },
    ),
}

interface Row {
  line: number
  cells: string[]
  problem?: string
}

function rowsOf(text: string): Row[] {
  const skipped: Row[] = []
  const records: unknown = parse(text, {
    info: true,
    raw: true,
    relax_column_count: true,
    // A stray quote is a part of the text; without this it would swallow the rows behind it.
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error, raw) => {
      skipped.push({ line: Number(error?.lines ?? 0), cells: [], problem: raw ?? error?.message ?? '' })
    },
  })
  // With `info`, a record comes with where the parser stood after it.
  const rows = records as { record: string[]; info: { lines: number } }[]
  return [...rows.map(({ record, info }) => ({ line: info.lines, cells: record })), ...skipped]
}

/** Whichever of two columns of one name were meant, it would be a guess: the file is refused. */
function headerOf(cells: readonly string[], where: string): string[] {
  const names = cells.map((cell) => cell.trim())
  const twice = names.find((name, i) => name !== '' && names.indexOf(name) < i)
  if (twice !== undefined) throw new BellwetherError('OBJECT_INVALID', `${where}: two columns are named ${twice}`)
  for (const needed of ['label', names.includes('item') ? 'item' : 'text']) {
    if (!names.includes(needed)) throw new BellwetherError('OBJECT_INVALID', `${where}: there is no column ${needed}`)
  }
  return names
}

function entryOf(header: readonly string[], cells: readonly string[], line: number): Entry | Refused {
  const cell = (name: Column): string | undefined => cells[header.indexOf(name)]?.trim() || undefined
  const number = (name: Column) => {
    const text = cell(name)
    return text !== undefined && /^-?\d+(\.\d+)?(e-?\d+)?$/i.test(text) ? Number(text) : text
  }
  const annotator = cell('annotator')
  const answer = cell('answer')
  const label = cell('label')
  const isJudgement = annotator !== undefined && answer === undefined
  return {
    place: { line },
    item: cell('item'),
    text: unguarded(cell('text')),
    post: cell('id'),
    hashtags: cell('hashtag')
      ?.split(/[\s,;]+/)
      .map((tag) => tag.replace(/^#/, '')),
    date: cell('createdAt'),
    size: number('size'),
    label: isJudgement ? undefined : (label ?? ''),
    confidence: number('confidence'),
    labelledAt: cell('labelledAt'),
    adjudicated: asBoolean(cell('adjudicated')),
    judgements: isJudgement
      ? [{ annotator, answer: label ?? '' }]
      : annotator === undefined && answer === undefined
        ? []
        : [{ annotator, answer }],
  }
}

const asBoolean = (text: string | undefined) => ({ true: true, false: false })[text ?? ''] ?? text

function rowsOfLine(line: SettledLine): Partial<Record<Column, string | number>>[] {
  const metadata = line['label-metadata']
  const row = {
    item: line.item,
    id: line['post-id'],
    text: guarded(line.source),
    label: metadata['class-name'],
    confidence: metadata.confidence,
    adjudicated: metadata.adjudicated ? 'true' : '',
    role: line.role,
    hashtag: line.hashtags.join(' '),
    createdAt: line.date,
    size: line.size,
    labelledAt: metadata['creation-date'],
  }
  if (metadata.judgements.length === 0) return [row]
  return metadata.judgements.map(({ annotator, label }) => ({ ...row, annotator, answer: label }))
}

/** A post is anybody's text, and a spreadsheet runs what begins like a formula: such a text gets a quote before it. */
const guarded = (text: string): string => (/^'*[=+\-@]/.test(text) ? `'${text}` : text)
const unguarded = (text: string | undefined): string | undefined => text?.replace(/^'(?='*[=+\-@])/, '')
