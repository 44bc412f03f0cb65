import { closeSync, openSync, readSync } from 'node:fs'
import { codeOf, failureOf, FastTextError } from './error'
import { isSeparator } from './tokeniser'

/** Lines of text: a string or bytes with newlines, lines one by one, or a file (`-` is standard input). */
export type Text = string | Uint8Array | Iterable<string> | { file: string }

/** A run of whole tokens: `bytes[0, end)`. The bytes are valid until the next block is asked for. */
export type Block = { bytes: Uint8Array; end: number }

const BLOCK_BYTES = 1 << 16
const NEWLINE = 10
const SPACE = 32

/** The text as blocks of whole tokens; a file is read as a stream. Throws FILE_UNREADABLE. */
export function* blocks(text: Text): Generator<Block> {
  if (typeof text === 'string') yield* cut(Buffer.from(text))
  else if (text instanceof Uint8Array) yield* cut(text)
  else if (Symbol.iterator in text) yield* join(text)
  else yield* read(text.file)
}

/** The name of the text in errors. */
export const nameOf = (text: Text, otherwise: string): string =>
  typeof text === 'object' && 'file' in text ? text.file : otherwise

function* cut(bytes: Uint8Array): Generator<Block> {
  for (let from = 0; from < bytes.length;) {
    let to = Math.min(bytes.length, from + BLOCK_BYTES)
    while (to < bytes.length && !isSeparator(bytes[to - 1]!)) to++
    yield { bytes: bytes.subarray(from, to), end: to - from }
    from = to
  }
}

/** A newline inside a given line counts as a space, so one given line is always one line read. */
function* join(lines: Iterable<string>): Generator<Block> {
  let bytes = new Uint8Array(BLOCK_BYTES)
  let end = 0
  for (const line of lines) {
    const encoded = Buffer.from(line)
    for (let i = encoded.indexOf(NEWLINE); i >= 0; i = encoded.indexOf(NEWLINE, i)) encoded[i] = SPACE
    if (end + encoded.length + 1 > bytes.length) {
      if (end > 0) yield { bytes, end }
      end = 0
      if (encoded.length + 1 > bytes.length) bytes = new Uint8Array(2 * encoded.length)
    }
    bytes.set(encoded, end)
    end += encoded.length
    bytes[end++] = NEWLINE
  }
  if (end > 0) yield { bytes, end }
}

function* read(file: string): Generator<Block> {
  const descriptor = file === '-' ? 0 : open(file)
  try {
    let bytes = new Uint8Array(BLOCK_BYTES)
    let held = 0
    for (;;) {
      if (held === bytes.length) bytes = grown(bytes)
      const got = readSome(descriptor, bytes, held, file)
      if (got === 0) break
      const filled = held + got
      let end = filled
      while (end > held && !isSeparator(bytes[end - 1]!)) end--
      if (end > held) {
        yield { bytes, end }
        bytes.copyWithin(0, end, filled)
        held = filled - end
      } else held = filled
    }
    if (held > 0) yield { bytes, end: held }
  } finally {
    if (descriptor !== 0) closeSync(descriptor)
  }
}

function open(file: string): number {
  try {
    return openSync(file, 'r')
  } catch (cause) {
    throw unreadable(file, cause)
  }
}

function readSome(descriptor: number, bytes: Uint8Array, from: number, file: string): number {
  for (;;) {
    try {
      return readSync(descriptor, bytes, from, bytes.length - from, null)
    } catch (cause) {
      // A non-blocking pipe without data: try again.
      if (codeOf(cause) === 'EAGAIN') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
      else if (codeOf(cause) === 'EOF') return 0
      else throw unreadable(file, cause)
    }
  }
}

function grown(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(2 * bytes.length)
  larger.set(bytes)
  return larger
}

const unreadable = (file: string, cause: unknown): FastTextError =>
  new FastTextError('FILE_UNREADABLE', {
    file,
    found: failureOf(cause),
    expected: 'a readable file',
    cause,
  })

/** A whole text as bytes, so that it can be read more than once. Throws FILE_UNREADABLE. */
export const readAll = (text: Text): Buffer =>
  Buffer.concat(Array.from(blocks(text), ({ bytes, end }) => Buffer.from(bytes.subarray(0, end))))
