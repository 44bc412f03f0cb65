import type { Readable } from 'node:stream'
import { parse } from 'csv-parse'
import { linesOf } from '../lines'

export interface RawRow {
  /** In the file, from 1. */
  line: number
  value: unknown
  /** Why it cannot be read as a row; `value` is the raw text. */
  problem?: string
}

export const isCsv = (file: string): boolean => file.toLowerCase().endsWith('.csv')

/** The rows of a JSON Lines or CSV file; a bad row carries its problem. Opens the file when the first row is wanted. */
export async function* rowsOf(file: string, open: () => Promise<Readable>): AsyncIterable<RawRow> {
  if (isCsv(file)) yield* csvRows(await open())
  else yield* jsonRows(await open())
}

async function* jsonRows(body: Readable): AsyncIterable<RawRow> {
  let line = 0
  for await (const text of linesOf(body)) {
    line += 1
    const json = line === 1 ? text.replace(/^\uFEFF/, '') : text
    if (json.trim() === '') continue
    yield { line, ...parsed(json) }
  }
}

async function* csvRows(body: Readable): AsyncIterable<RawRow> {
  const skipped: RawRow[] = []
  const parser = parse({
    bom: true,
    columns: (headers: string[]) => headers.map((header) => header.trim()),
    info: true,
    raw: true,
    // A stray quote is part of the text. Without this it would swallow the rows after it.
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error, raw) => {
      const problem = error?.message.replace(/ on line \d+$/, '') ?? 'is not CSV'
      skipped.push({ line: parser.info.lines, value: raw, problem })
    },
  })
  body.on('error', (error) => parser.destroy(error)).pipe(parser)
  // With `info`, a record comes with where the parser stood after it.
  for await (const { record, info } of parser as AsyncIterable<{ record: unknown; info: { lines: number } }>) {
    yield { line: info.lines, value: record }
  }
  yield* skipped
}

function parsed(json: string): Pick<RawRow, 'value' | 'problem'> {
  try {
    return { value: JSON.parse(json) as unknown }
  } catch {
    return { value: json, problem: 'is not JSON' }
  }
}
