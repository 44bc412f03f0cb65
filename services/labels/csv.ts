import { stringify } from 'csv-stringify/sync'
import type { SettledLine } from '../../shared/records'
import { guarded } from '../../shared/row-file/formula'
import type { Format } from './entry'
import { ROW_FIELDS } from './rows'

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
 * CSV with a header, one row per judgement. `text` and `label` are required, in any order. With `annotator` and no
 * `answer`, the label is what this annotator said, and several rows of one text are its judgements.
 */
export const csv: Format = {
  name: 'csv',
  extension: 'csv',
  fields: ROW_FIELDS,

  write: (lines) =>
    stringify(
      lines.flatMap((line) => rowsOfLine(line).map(safe)),
      { header: true, columns: [...COLUMNS], record_delimiter: '\r\n', quoted_match: /[\r\n]/ },
    ),
}

type Row = Partial<Record<Column, string | number>>

/** Texts, ids, labels and names are untrusted. */
const safe = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).map(([column, cell]) => [column, typeof cell === 'string' ? guarded(cell) : cell]),
  )

function rowsOfLine(line: SettledLine): Row[] {
  const metadata = line['label-metadata']
  const row = {
    item: line.item,
    id: line['post-id'],
    text: line.source,
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
