import { BellwetherError } from '../errors'

/** A piece of a file that should be one JSON value. */
export interface JsonPiece {
  /** Where it begins, from 1. */
  line: number
  text: string
  /** Why it cannot be a value. */
  problem?: string
}

/** A longer value, in characters, is taken as damage of the file. */
const LONGEST_VALUE = 2 ** 24

/** The lines of JSON Lines, as a stream, without empty ones. Only `\n` ends a line: JSON may contain U+2028 raw. */
export async function* jsonLines(text: AsyncIterable<string>): AsyncIterable<JsonPiece> {
  // The beginning of a line whose end is in a later piece. It is joined once, so that a long line takes linear time.
  let begun: string[] = []
  let line = 1
  for await (const piece of text) {
    let start = 0
    for (let end = piece.indexOf('\n'); end !== -1; end = piece.indexOf('\n', start)) {
      const whole = begun.join('') + piece.slice(start, end)
      begun = []
      if (whole.trim() !== '') yield { line, text: whole }
      line += 1
      start = end + 1
    }
    if (start < piece.length) begun.push(piece.slice(start))
  }
  const last = begun.join('')
  if (last.trim() !== '') yield { line, text: last }
}

/**
 * The values of a JSON array, or of values that follow each other over several lines, as a stream. Text before the
 * first `[` of an array is skipped, as in the files of X's archive. OBJECT_INVALID for a value beyond 16 million
 * characters.
 */
export async function* jsonValues(
  text: AsyncIterable<string>,
  isArray: boolean,
  file: string,
): AsyncIterable<JsonPiece> {
  const scanner = makeScanner(isArray ? 1 : 0)
  let begun: string[] = []
  let length = 0
  let line = 1
  let begins: number | undefined
  const ended = (lastPiece: string): JsonPiece | undefined => {
    const value = begins === undefined ? undefined : { line: begins, text: begun.join('') + lastPiece }
    begun = []
    length = 0
    begins = undefined
    return value
  }
  for await (const piece of text) {
    let start = 0
    for (let at = 0; at < piece.length; at++) {
      const char = piece[at] ?? ''
      if (char === '\n') line += 1
      const place = scanner.take(char)
      if (place === 'behind') {
        yield { line, text: piece.slice(at, at + 200), problem: 'follows the end of the array' }
        return
      }
      if (begins === undefined && place !== 'between') {
        begins = line
        start = at
      }
      if (begins === undefined || place === 'inside') continue
      const value = ended(piece.slice(start, place === 'last' ? at + 1 : at))
      if (value) yield value
    }
    if (begins === undefined) continue
    begun.push(piece.slice(start))
    length += piece.length - start
    if (length > LONGEST_VALUE) {
      throw new BellwetherError(
        'OBJECT_INVALID',
        `${file}, line ${begins}: a value has over ${LONGEST_VALUE} characters`,
      )
    }
  }
  const rest = ended('')
  if (rest) yield { ...rest, problem: 'is cut off: the file ends inside it' }
  else if (scanner.isOpen()) yield { line, text: '', problem: 'the file is cut off: its array has no end' }
}

/** The positions of the values in a text in memory, from a position on: those that `jsonValues` finds. */
export function* valueSpans(
  text: string,
  from: number,
  isArray: boolean,
): Iterable<{ start: number; end: number; problem?: string }> {
  const scanner = makeScanner(isArray ? 1 : 0)
  let start: number | undefined
  for (let at = from; at < text.length; at++) {
    const place = scanner.take(text[at] ?? '')
    if (place === 'behind') {
      yield { start: at, end: text.length, problem: 'follows the end of the array' }
      return
    }
    if (start === undefined && place !== 'between') start = at
    if (start === undefined || place === 'inside') continue
    yield { start, end: place === 'last' ? at + 1 : at }
    start = undefined
  }
  if (start !== undefined) yield { start, end: text.length, problem: 'is cut off: the file ends inside it' }
}

/**
 * Follows brackets and strings. A character is between values, inside one, or the last of one. Values in an array end
 * before a comma or its bracket; values that follow each other end with theirs.
 */
function makeScanner(top: 0 | 1) {
  let depth = 0
  let isText = false
  let isEscaped = false
  let isOver = false
  const close = (): 'between' | 'inside' | 'last' => {
    depth -= 1
    isOver = top === 1 && depth === 0
    if (depth < top) return 'between'
    return top === 0 && depth === 0 ? 'last' : 'inside'
  }
  return {
    take(char: string): 'between' | 'inside' | 'last' | 'behind' {
      if (isText) {
        if (isEscaped) isEscaped = false
        else if (char === '\\') isEscaped = true
        else if (char === '"') isText = false
        return 'inside'
      }
      if (isOver) return /[\s;]/.test(char) ? 'between' : 'behind'
      if (char === '[' || char === '{') {
        depth += 1
        return depth > top ? 'inside' : 'between'
      }
      if (depth > top || (depth === top && !/[\s,\]}]/.test(char))) {
        if (char === ']' || char === '}') return close()
        if (char === '"') isText = true
        return 'inside'
      }
      return depth > 0 && (char === ']' || char === '}') ? close() : 'between'
    },
    /** Whether an array began and did not end. */
    isOpen: (): boolean => depth > 0,
  }
}
