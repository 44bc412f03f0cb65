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

/** The pieces of a text that is read in parts; an iterable for each part, as one step of a stream for each piece costs more. */
export type JsonPieces = AsyncIterable<Iterable<JsonPiece>>

/** The lines of JSON Lines, as a stream, without empty ones. Only `\n` ends a line: JSON may contain U+2028 raw. */
export async function* jsonLines(text: AsyncIterable<string>): JsonPieces {
  // The beginning of a line whose end is in a later part. It is joined once, so that a long line takes linear time.
  let begun: string[] = []
  let line = 1
  const linesIn = function* (part: string): Iterable<JsonPiece> {
    let start = 0
    for (let end = part.indexOf('\n'); end !== -1; end = part.indexOf('\n', start)) {
      const whole = begun.length === 0 ? part.slice(start, end) : begun.join('') + part.slice(start, end)
      if (begun.length > 0) begun = []
      if (whole.trim() !== '') yield { line, text: whole }
      line += 1
      start = end + 1
    }
    if (start < part.length) begun.push(part.slice(start))
  }
  for await (const part of text) yield linesIn(part)
  const last = begun.join('')
  if (last.trim() !== '') yield [{ line, text: last }]
}

/**
 * The values of a JSON array, or of values that follow each other over several lines, as a stream. Text before the
 * first `[` of an array is skipped, as in the files of X's archive. OBJECT_INVALID for a value beyond 16 million
 * characters.
 */
export async function* jsonValues(text: AsyncIterable<string>, isArray: boolean, file: string): JsonPieces {
  const scanner = makeScanner(isArray ? 1 : 0)
  let begun: string[] = []
  let length = 0
  let line = 1
  let begins: number | undefined
  let isOver = false
  const ended = (lastPart: string): JsonPiece | undefined => {
    const value = begins === undefined ? undefined : { line: begins, text: begun.join('') + lastPart }
    begun = []
    length = 0
    begins = undefined
    return value
  }
  const valuesIn = function* (part: string): Iterable<JsonPiece> {
    let start = 0
    for (let at = scanner.skip(part, 0); at < part.length; at = scanner.skip(part, at + 1)) {
      const char = part[at] ?? ''
      if (char === '\n') line += 1
      const place = scanner.take(char)
      if (place === 'behind') {
        yield { line, text: part.slice(at, at + 200), problem: 'follows the end of the array' }
        isOver = true
        return
      }
      if (begins === undefined && place !== 'between') {
        begins = line
        start = at
      }
      if (begins === undefined || place === 'inside') continue
      const value = ended(part.slice(start, place === 'last' ? at + 1 : at))
      if (value) yield value
    }
    if (begins === undefined) return
    begun.push(part.slice(start))
    length += part.length - start
    if (length > LONGEST_VALUE) {
      throw new BellwetherError(
        'OBJECT_INVALID',
        `${file}, line ${begins}: a value has over ${LONGEST_VALUE} characters`,
      )
    }
  }
  for await (const part of text) {
    yield valuesIn(part)
    if (isOver) return
  }
  const rest = ended('')
  if (rest) yield [{ ...rest, problem: 'is cut off: the file ends inside it' }]
  else if (scanner.isOpen()) yield [{ line, text: '', problem: 'the file is cut off: its array has no end' }]
}

/** The positions of the values in a text in memory, from a position on: those that `jsonValues` finds. */
export function* valueSpans(
  text: string,
  from: number,
  isArray: boolean,
): Iterable<{ start: number; end: number; problem?: string }> {
  const scanner = makeScanner(isArray ? 1 : 0)
  let start: number | undefined
  for (let at = scanner.skip(text, from); at < text.length; at = scanner.skip(text, at + 1)) {
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
  let isInside = false
  const close = (): 'between' | 'inside' | 'last' => {
    depth -= 1
    isOver = top === 1 && depth === 0
    if (depth < top) return 'between'
    return top === 0 && depth === 0 ? 'last' : 'inside'
  }
  const placeOf = (char: string): 'between' | 'inside' | 'last' | 'behind' => {
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
  }
  return {
    take(char: string): 'between' | 'inside' | 'last' | 'behind' {
      const place = placeOf(char)
      isInside = place === 'inside'
      return place
    },
    /** The next position, from one on, whose character needs a look: those before it are inside, as the last one was. */
    skip(text: string, from: number): number {
      if (isEscaped || !isInside) return from
      const ends = isText ? endsRunOfText : depth > top ? endsRunInBrackets : endsRunOfWord
      let at = from
      while (at < text.length && !ends(text.charCodeAt(at))) at += 1
      return at
    },
    /** Whether an array began and did not end. */
    isOpen: (): boolean => depth > 0,
  }
}

const LINE_END = 10
const QUOTE = 34
const COMMA = 44
const BACKSLASH = 92

const isBracket = (code: number): boolean => code === 91 || code === 93 || code === 123 || code === 125

const endsRunOfText = (code: number): boolean => code === QUOTE || code === BACKSLASH || code === LINE_END

const endsRunInBrackets = (code: number): boolean => code === QUOTE || code === LINE_END || isBracket(code)

/** White space, too; beyond ASCII, whatever may be white space. */
const endsRunOfWord = (code: number): boolean =>
  code <= 32 || code === QUOTE || code === COMMA || isBracket(code) || code === 0xa0 || code >= 0x1680
