import { stringify } from 'csv-stringify/sync'
import { ownEntry } from '../by-name'
import { settledLineOf, type StandingLabel } from '../labels'
import type { SettledLine } from '../records'
import { guarded } from '../row-file/formula'
import type { Settings } from '../settings'

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

/** The label that each item has now, with what every judge said; in the order of the items. */
export function linesOfNow(
  labels: ReadonlyMap<string, StandingLabel>,
  settings: Pick<Settings, 'labels'>,
): SettledLine[] {
  const categories = settings.labels.categories.map(({ name }) => name)
  return [...labels.values()]
    .map((label) => ofNow(settledLineOf(label, categories), settings))
    .sort((a, b) => (a.item < b.item ? -1 : 1))
}

/** A label of earlier definitions that counts is written as what it counts as; so is what its judges said. */
function ofNow(line: SettledLine, { labels }: Pick<Settings, 'labels'>): SettledLine {
  const { 'label-metadata': metadata } = line
  const { 'schema-version': version } = metadata
  if (version === labels.version) return line
  const judgements = metadata.judgements.flatMap(({ annotator, label }) => {
    const name = ownEntry(ownEntry(labels.from, String(version)), label)
    return name === undefined ? [] : [{ annotator, label: name }]
  })
  return { ...line, 'label-metadata': { ...metadata, 'schema-version': labels.version, judgements } }
}

/** CSV with a header and a row for each judgement. No cell runs as a formula. */
export const labelsAsCsv = (lines: readonly SettledLine[]): string =>
  stringify(
    lines.flatMap((line) => rowsOfLine(line).map(safe)),
    { header: true, columns: [...COLUMNS], record_delimiter: '\r\n', quoted_match: /[\r\n]/ },
  )

type Row = Partial<Record<Column, string | number>>

/** Texts, ids, labels and names come from anybody. */
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
