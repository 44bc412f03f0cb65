import { constants, createGzip, gzipSync } from 'node:zlib'
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Objects } from '../objects'
import { columnsOf, type SqlRow, type TableName } from './tables'

export const GZIP = 'application/gzip'

/**
 * Rows are collected into blocks of this many characters before compression, so that the same rows give the same bytes.
 */
const CHUNK = 64 * 1024
/** The byte of a gzip header that names the operating system, and its value for "unknown". */
const [OS_BYTE, OS_UNKNOWN] = [9, 255]

/** A row as a line of JSON with its end. No character in it ends a line for any reader. */
export function lineOf<N extends TableName>(table: N, row: SqlRow<N>): string {
  const values: Readonly<Record<string, unknown>> = row
  const inOrder = Object.fromEntries(columnsOf(table).map(([name]) => [name, wellFormed(values[name] ?? null)]))
  return `${withoutLineEnds(JSON.stringify(inOrder))}\n`
}

/** Rows as an object of `tables/`. */
export const gzipped = <N extends TableName>(table: N, rows: Iterable<SqlRow<N>>): Buffer =>
  gzippedLines(Array.from(rows, (row) => lineOf(table, row)).join(''))

/** Lines as gzip, without time and operating system in the header. */
export function gzippedLines(lines: string | Uint8Array): Buffer {
  const bytes = gzipSync(lines, { level: constants.Z_DEFAULT_COMPRESSION })
  bytes[OS_BYTE] = OS_UNKNOWN
  return bytes
}

/** Write rows as they come, holding only a part of them; `madeOf` as for `putStream`. */
export const putRows = async <N extends TableName>(
  objects: Pick<Objects, 'putStream'>,
  key: string,
  table: N,
  rows: AsyncIterable<SqlRow<N>>,
  madeOf?: string,
): Promise<void> => void (await objects.putStream(key, compressed(chunksOf(table, rows)), GZIP, madeOf))

/** Write rows unless the object already has them: each write would be stored as a version. */
export async function putIfChanged<N extends TableName>(
  objects: Pick<Objects, 'etag' | 'put'>,
  key: string,
  table: N,
  rows: Iterable<SqlRow<N>>,
): Promise<void> {
  const body = gzipped(table, rows)
  if ((await objects.etag(key)) !== etagOf(body)) await objects.put(key, body, GZIP)
}

/** The ETag of an object that was put in one request without a KMS key. */
export const etagOf = (body: Uint8Array): string => `"${createHash('md5').update(body).digest('hex')}"`

async function* chunksOf<N extends TableName>(table: N, rows: AsyncIterable<SqlRow<N>>): AsyncIterable<string> {
  let chunk = ''
  for await (const row of rows) {
    chunk += lineOf(table, row)
    if (chunk.length < CHUNK) continue
    yield chunk
    chunk = ''
  }
  yield chunk
}

async function* compressed(chunks: AsyncIterable<string>): AsyncIterable<Uint8Array> {
  const source = Readable.from(chunks)
  const gzip = createGzip({ level: constants.Z_DEFAULT_COMPRESSION })
  source.on('error', (error) => gzip.destroy(error)).pipe(gzip)
  let isHeader = true
  for await (const bytes of gzip as AsyncIterable<Buffer>) {
    if (isHeader) bytes[OS_BYTE] = OS_UNKNOWN
    isHeader = false
    yield bytes
  }
}

/** Half of a surrogate pair is invalid in UTF-8, and a NUL ends a text for some readers: both become U+FFFD. */
const wellFormed = (value: unknown): unknown =>
  typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '\uFFFD') : value

/** JSON has no raw line feed; some readers of lines also split at these three. */
const withoutLineEnds = (json: string): string =>
  json.replaceAll(/[\u0085\u2028\u2029]/g, (end) => String.raw`\u` + end.charCodeAt(0).toString(16).padStart(4, '0'))
