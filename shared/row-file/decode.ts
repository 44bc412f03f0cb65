import { isUtf8 } from 'node:buffer'
import { BellwetherError } from '../errors'

/** How a file's bytes are read as text. */
export type Encoding = 'UTF-8' | 'UTF-16'

/** A file's text in pieces. `encoding` is known as soon as the first piece is. */
interface DecodedFile {
  encoding: Encoding
  text: AsyncIterable<string>
}

/** The first bytes of files that people mistake for text, and what to do about each. */
const OTHER_FILES: readonly [bytes: readonly number[], what: string][] = [
  [[0x50, 0x4b, 0x03, 0x04], 'a spreadsheet or a ZIP archive: save the sheet as "CSV UTF-8", or unpack the archive'],
  [[0xd0, 0xcf, 0x11, 0xe0], 'an old spreadsheet: save the sheet as "CSV UTF-8"'],
  [[0x1f, 0x8b], 'compressed with gzip: decompress it with gunzip'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'compressed with zstd: decompress it with unzstd'],
  [[0x25, 0x50, 0x44, 0x46], 'a PDF: export the posts as CSV or JSON'],
  [[0x50, 0x41, 0x52, 0x31], 'a Parquet file: export the rows as CSV or JSON Lines'],
]

/**
 * The text of a file, as a stream: UTF-8, or UTF-16 where a byte order mark says so; the mark is left out.
 * OBJECT_INVALID names the line and the byte that is not UTF-8, or what the file is instead of text.
 */
export async function decoded(body: AsyncIterable<Uint8Array | string>, file: string): Promise<DecodedFile> {
  const chunks = chunksOf(body)
  const { value: first = Buffer.alloc(0) } = await chunks.next()
  const other = OTHER_FILES.find(([bytes]) => bytes.every((byte, i) => first[i] === byte))
  if (other) throw new BellwetherError('OBJECT_INVALID', `${file} is not text but ${other[1]}`)
  const mark = first.subarray(0, 2).toString('hex')
  if (mark === 'fffe' || mark === 'feff') {
    const decoder = new TextDecoder(mark === 'fffe' ? 'utf-16le' : 'utf-16be')
    return { encoding: 'UTF-16', text: utf16(first, chunks, decoder) }
  }
  if (first.includes(0)) {
    throw new BellwetherError('OBJECT_INVALID', `${file} is not text: it holds a zero byte; save it as UTF-8`)
  }
  return { encoding: 'UTF-8', text: utf8(first, chunks, file) }
}

/** The bytes; the first chunk has at least four, where the file does. */
async function* chunksOf(body: AsyncIterable<Uint8Array | string>): AsyncGenerator<Buffer, undefined> {
  let begun: Buffer = Buffer.alloc(0)
  let isFirst = true
  for await (const chunk of body) {
    const bytes =
      typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
    begun = begun.length === 0 ? bytes : Buffer.concat([begun, bytes])
    if (isFirst && begun.length < 4) continue
    isFirst = false
    yield begun
    begun = Buffer.alloc(0)
  }
  if (begun.length > 0) yield begun
  return undefined
}

async function* utf16(
  first: Buffer,
  rest: AsyncIterable<Buffer>,
  decoder: InstanceType<typeof TextDecoder>,
): AsyncIterable<string> {
  yield decoder.decode(first, { stream: true })
  for await (const chunk of rest) yield decoder.decode(chunk, { stream: true })
  yield decoder.decode()
}

async function* utf8(first: Buffer, rest: AsyncIterable<Buffer>, file: string): AsyncIterable<string> {
  const lines = lineCounter()
  const strict = (bytes: Buffer): string => {
    const bad = isUtf8(bytes) ? -1 : firstBadByte(bytes)
    if (bad >= 0) {
      const line = lines.after(bytes.toString('latin1', 0, bad))
      const byte = bytes[bad]?.toString(16).toUpperCase().padStart(2, '0')
      throw new BellwetherError(
        'OBJECT_INVALID',
        `${file} is not UTF-8: line ${line}, byte 0x${byte}; save it as UTF-8`,
      )
    }
    const text = bytes.toString('utf8')
    lines.after(text)
    return text
  }
  const bom = first.subarray(0, 3).toString('hex') === 'efbbbf'
  let held: Buffer = bom ? first.subarray(3) : first
  for await (const chunk of rest) {
    const whole = held.length - openAtEnd(held)
    yield strict(held.subarray(0, whole))
    held = Buffer.concat([held.subarray(whole), chunk])
  }
  yield strict(held)
}

/** How many bytes at the end begin a character that the next chunk may end. */
function openAtEnd(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if ((byte & 0xc0) === 0x80) continue
    return lengthOf(byte) > back ? back : 0
  }
  return 0
}

/** How many bytes a character has that begins with this one; 0 where none does. */
const lengthOf = (byte: number): number =>
  byte < 0x80
    ? 1
    : byte >= 0xc2 && byte < 0xe0
      ? 2
      : byte >= 0xe0 && byte < 0xf0
        ? 3
        : byte >= 0xf0 && byte < 0xf5
          ? 4
          : 0

function firstBadByte(bytes: Buffer): number {
  for (let at = 0; at < bytes.length;) {
    const length = lengthOf(bytes[at] ?? 0)
    if (length === 0 || !isUtf8(bytes.subarray(at, at + length)) || at + length > bytes.length) return at
    at += length
  }
  return -1
}

/** Counts lines as an editor does: `\r\n`, `\n` and `\r` each end one. */
export function lineCounter() {
  let line = 1
  let endsWithReturn = false
  return {
    /** The line, from 1, that follows this piece of the text. */
    after(piece: string): number {
      if (piece === '') return line
      line += lineEndsIn(piece) - (endsWithReturn && piece.startsWith('\n') ? 1 : 0)
      endsWithReturn = piece.endsWith('\r')
      return line
    },
  }
}

/** How many line ends a text has, as an editor counts them. */
export function lineEndsIn(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1
  for (let at = text.indexOf('\r'); at !== -1; at = text.indexOf('\r', at + 1)) if (text[at + 1] !== '\n') count += 1
  return count
}
