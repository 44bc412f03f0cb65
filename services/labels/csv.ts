import { labelsAsCsv } from '../../shared/label-file/csv'
import type { Format } from './entry'
import { ROW_FIELDS } from './rows'

/**
 * CSV with a header, one row per judgement. `text` and `label` are required, in any order. With `annotator` and no
 * `answer`, the label is what this annotator said, and several rows of one text are its judgements.
 */
export const csv: Format = { name: 'csv', extension: 'csv', fields: ROW_FIELDS, | number>>

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
  return metadata.judgements.map(({ annotator, label }) => ({ ...row, annotator, answer: labelsAsCsv }
