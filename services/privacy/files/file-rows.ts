import { BellwetherError } from '../../../shared/errors'
import type { Columns } from '../../../shared/row-file/columns'
import { findForm, type FileForm } from '../../../shared/row-file/form'
import { valueSpans } from '../../../shared/row-file/json'
import { parsedJson } from '../../../shared/row-file/open'
import { recordsOf } from './csv-records'

/** A row of a file of posts or labels, as its reader finds it. */
export interface FileRow {
  /** Where its characters begin and end. */
  start: number
  end: number
  /** A JSON value, or the cells of CSV by column; undefined where it cannot be read. */
  value?: unknown
  /** The cells of CSV. */
  cells?: readonly string[]
}

/** How a kind of file is read. */
export interface FileKind {
  columns: Columns<string>
  /** The columns of a known form without a header. */
  headerOf?: (cells: readonly string[]) => string[] | undefined
}

/** How much of a file its reader looks at to recognise its form. */
const HEAD = 2 ** 20

/** The rows of a file, in order. A file that its reader refuses is split into lines. */
export function* fileRows(text: string, { columns, headerOf }: FileKind): Iterable<FileRow> {
  const from = text.startsWith('\uFEFF') ? 1 : 0
  const form = formOf(text.slice(from, from + HEAD), columns, headerOf)
  if (form.kind === 'empty') return
  if (form.kind === 'csv') yield* csvRows(text, from, form)
  else if (form.kind === 'json-lines') yield* lineRows(text, from)
  else
    for (const { start, end, problem } of valueSpans(text, from, form.kind === 'json-array'))
      yield { start, end, ...(problem === undefined ? { value: parsedJson(text.slice(start, end)).value } : {}) }
}

function formOf(head: string, columns: Columns<string>, headerOf: FileKind['headerOf']): FileForm {
  try {
    return findForm(head, '', columns, headerOf)
  } catch (error) {
    if (error instanceof BellwetherError) return { kind: 'json-lines' }
    throw error
  }
}

function* csvRows(
  text: string,
  from: number,
  { header, delimiter }: Extract<FileForm, { kind: 'csv' }>,
): Iterable<FileRow> {
  let blank: FileRow | undefined
  for (const { start, end, cells } of recordsOf(text, delimiter, from)) {
    if (cells.every((cell) => cell.trim() === '')) {
      // Nothing can be found in empty rows: those that follow each other are passed on at once.
      blank = { start: blank?.start ?? start, end, cells: [] }
      continue
    }
    if (blank) yield blank
    blank = undefined
    yield { start, end, cells, value: byColumn(header, cells) }
  }
  if (blank) yield blank
}

/** Of two columns with one name the first counts. */
function byColumn(header: readonly string[], cells: readonly string[]): Record<string, string> {
  const value: Record<string, string> = {}
  for (let i = header.length - 1; i >= 0; i--) value[header[i] ?? ''] = cells[i] ?? ''
  return value
}

function* lineRows(text: string, from: number): Iterable<FileRow> {
  for (let start = from; start < text.length;) {
    const next = text.indexOf('\n', start)
    const end = next === -1 ? text.length : next + 1
    const line = text.slice(start, end)
    if (line.trim() !== '') {
      const { value, problem } = parsedJson(line)
      yield { start, end, ...(problem === undefined ? { value } : {}) }
    }
    start = end
  }
}
