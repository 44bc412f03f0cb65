import { BellwetherError } from '../errors'
import { jsonOrNothing } from '../json'
import type { Columns } from './columns'
import { csvRows } from './csv'
import { decoded, type Encoding } from './decode'
import { findForm, type FileForm } from './form'
import { jsonLines, type JsonPiece, type JsonPieces, jsonValues } from './json'

/** A row of a file. */
export interface RawRow {
  /** Where it begins, as an editor counts lines; from 1. */
  line: number
  /** Of CSV an object with the cells by column. The row's text where it has a problem. */
  value: unknown
  /** Why it cannot be read as a row. */
  problem?: string
}

/** A file whose form is known but whose rows were not read yet. */
export interface OpenFile {
  encoding: Encoding
  form: FileForm
  /** The columns that the file has: its header, or the keys of its first objects. */
  names: string[]
  /** The first rows of a JSON file. */
  sample: unknown[]
  /** Can be read once, as a stream. OBJECT_INVALID where the bytes are not text. */
  rows: AsyncIterable<RawRow>
}

/** How much of a file is read to recognise its form, in characters; and how many of its objects. */
const HEAD = 2 ** 20
const SAMPLE = 100

/** Recognise a file: its encoding, form, delimiter and columns. OBJECT_INVALID says what it is instead of rows. */
export async function openFile(
  file: string,
  body: AsyncIterable<Uint8Array | string>,
  columns: Columns<string>,
  headerOf?: (cells: readonly string[]) => string[] | undefined,
): Promise<OpenFile> {
  const { encoding, text } = await decoded(body, file)
  const { head, whole } = await withHead(text)
  const form = findForm(head, file, columns, headerOf)
  if (form.kind === 'csv') return { encoding, form, names: form.header, sample: [], rows: csvObjects(whole, form) }
  if (form.kind === 'empty') return { encoding, form, names: [], sample: [], rows: none() }
  const sample: unknown[] = []
  for await (const { value, problem } of parsedRows(piecesOf(once(head), form, file))) {
    if (problem === undefined) sample.push(value)
    if (sample.length === SAMPLE) break
  }
  if (sample.length === 0) {
    const first = await firstOf(piecesOf(once(head), form, file))
    const where = first
      ? `line ${first.line}: ${first.problem ?? 'a value that JSON does not have'}`
      : 'it holds no value'
    throw new BellwetherError('OBJECT_INVALID', `${file} is not JSON: ${where}`)
  }
  return { encoding, form, names: namesIn(sample), sample, rows: parsedRows(piecesOf(whole, form, file)) }
}

async function firstOf(parts: JsonPieces): Promise<JsonPiece | undefined> {
  for await (const pieces of parts) for (const piece of pieces) return piece
  return undefined
}

/** The beginning of a text, and the complete text. */
async function withHead(text: AsyncIterable<string>): Promise<{ head: string; whole: AsyncIterable<string> }> {
  const pieces = text[Symbol.asyncIterator]()
  let head = ''
  let isOver = false
  while (head.length < HEAD && !isOver) {
    const { value, done } = await pieces.next()
    isOver = done ?? false
    head += value ?? ''
  }
  const whole = async function* () {
    yield head
    while (!isOver) {
      const { value, done } = await pieces.next()
      isOver = done ?? false
      if (!isOver) yield value
    }
  }
  return { head, whole: whole() }
}

async function* none(): AsyncIterable<RawRow> {
  // An empty file has no rows.
}

async function* once(text: string): AsyncIterable<string> {
  yield text
}

const piecesOf = (text: AsyncIterable<string>, form: FileForm, file: string): JsonPieces =>
  form.kind === 'json-lines' ? jsonLines(text) : jsonValues(text, form.kind === 'json-array', file)

async function* parsedRows(parts: JsonPieces): AsyncIterable<RawRow> {
  for await (const pieces of parts) {
    for (const { line, text, problem } of pieces) {
      if (problem === undefined) yield { line, ...parsedJson(text) }
      else yield { line, value: text, problem }
    }
  }
}

/** A JSON value, or one with NaN, as Python writes it. */
export function parsedJson(json: string): Pick<RawRow, 'value' | 'problem'> {
  let value = jsonOrNothing(json)
  if (value === undefined && /NaN|Infinity/.test(json)) value = jsonOrNothing(withoutNaN(json))
  return value === undefined ? { value: json, problem: 'is not JSON' } : { value }
}

/** Python writes NaN and Infinity where JSON has null. A string without an end is passed over once, not from each of its quotes. */
const withoutNaN = (json: string): string =>
  json.replaceAll(/"(?:[^"\\]|\\.)*"?|-?\b(?:NaN|Infinity)\b/gs, (token) => (token.startsWith('"') ? token : 'null'))

async function* csvObjects(
  text: AsyncIterable<string>,
  { delimiter, header, before }: Extract<FileForm, { kind: 'csv' }>,
): AsyncIterable<RawRow> {
  let number = 0
  for await (const { line, cells, raw, problem } of csvRows(text, delimiter)) {
    number += 1
    // Spreadsheets write rows without a value after the last one.
    const isBlank = problem === undefined && cells.every((cell) => cell.trim() === '')
    if (number <= before || isBlank) continue
    const isLong = cells.length > header.length && cells.slice(header.length).some((cell) => cell.trim() !== '')
    if (problem !== undefined) yield { line, value: raw, problem }
    else if (isLong || cells.length < header.length) {
      yield { line, value: raw, problem: `${cells.length} cells under ${header.length} columns` }
    } else {
      const row: Record<string, string> = {}
      // Of two columns with one name the first counts; a field is never read from such a column.
      for (let i = header.length - 1; i >= 0; i--) row[header[i] ?? ''] = cells[i] ?? ''
      yield { line, value: row }
    }
  }
}

/** The names of the fields of some objects, in the order in which they come. */
export function namesIn(sample: readonly unknown[]): string[] {
  const names = new Set<string>()
  for (const value of sample) if (isRecord(value)) for (const name of Object.keys(value)) names.add(name)
  return [...names]
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
