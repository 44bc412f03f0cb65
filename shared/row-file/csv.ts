import { lineEndsIn } from './decode'

/** A row of a CSV file. */
export interface CsvRow {
  /** Where the row begins, as an editor counts lines; from 1. */
  line: number
  cells: string[]
  /** As the file has it. */
  raw: string
  /** Why it cannot be read as a row. */
  problem?: string
}

/** A quote without a closing quote within so many characters counts as never closed. */
const LONGEST_CELL = 2 ** 20

const LINE_FEED = 10
const SPACE = 32
const QUOTE = 34

/**
 * The rows of a CSV file, as a stream, without empty lines. A stray quote inside a cell is part of its text. A quote
 * that opens a cell and is never closed spoils only its own row: the next line is read as the next row.
 */
export async function* csvRows(text: AsyncIterable<string>, delimiter: string): AsyncIterable<CsvRow> {
  let held = ''
  let line = 1
  const rowsIn = function* (isLast: boolean): Iterable<CsvRow> {
    let at = 0
    for (;;) {
      const row = readCsvRow(held, at, delimiter, isLast)
      if (!row) break
      const { cells, problem, end } = row
      const raw = held.slice(at, end)
      const isEmpty = cells.length === 1 && cells[0]?.trim() === '' && !raw.startsWith('"')
      if (problem !== undefined) yield { line, cells: [], raw, problem }
      else if (!isEmpty) yield { line, cells, raw }
      line += lineEndsIn(raw)
      at = end
    }
    held = held.slice(at)
  }
  for await (const piece of text) {
    held += piece
    yield* rowsIn(false)
  }
  yield* rowsIn(true)
}

interface Cell {
  text: string
  /** Of the delimiter or the line end after it. */
  end: number
  /** Whether it stands in quotes. */
  isClosed: boolean
}

interface Read {
  /** Of a row with a problem, those before it. */
  cells: string[]
  problem?: string
  /** Where the cell with the problem begins. */
  stray?: number
  /** Where the row begins. */
  start: number
  /** Where the next row begins. */
  end: number
}

/** The row that begins at `start`; undefined where it ends in a later piece of the text, or at the end of the text. */
export function readCsvRow(text: string, start: number, delimiter: string, isLast: boolean): Read | undefined {
  if (start >= text.length) return undefined
  const cells: string[] = []
  for (let at = start; ;) {
    const first = text.charCodeAt(at)
    let behind: number
    if (first === QUOTE || first === SPACE) {
      const cell = readCell(text, at, delimiter, isLast)
      if (cell === 'open') return undefined
      if (cell === 'unclosed') {
        // Everything up to the end of the line with the quote is given up; more of it may follow.
        const end = afterLineEnd(text, lineEndFrom(text, at), isLast)
        if (end === undefined) return undefined
        return { cells, problem: 'a quote opens a cell and is never closed', stray: at, start, end }
      }
      cells.push(cell.text)
      behind = cell.end
    } else {
      // Most cells: an object for each of them would cost more than reading it.
      behind = plainEnd(text, at, delimiter)
      cells.push(text.slice(at, behind))
    }
    if (behind >= text.length && !isLast) return undefined
    if (text.charCodeAt(behind) === delimiter.charCodeAt(0)) {
      at = behind + 1
      continue
    }
    const end = afterLineEnd(text, behind, isLast)
    return end === undefined ? undefined : { cells, start, end }
  }
}

/** A cell is also quoted where spaces precede its first quote, if only spaces follow its last. */
function readCell(text: string, start: number, delimiter: string, isLast: boolean): Cell | 'open' | 'unclosed' {
  let quote = start
  while (text[quote] === ' ') quote += 1
  if (text[quote] !== '"') return plainCell(text, start, delimiter)
  const cell = quotedCell(text, quote, delimiter, isLast)
  if (quote === start || cell === 'open' || (cell !== 'unclosed' && cell.isClosed)) return cell
  return plainCell(text, start, delimiter)
}

function plainCell(text: string, start: number, delimiter: string): Cell {
  const end = plainEnd(text, start, delimiter)
  return { text: text.slice(start, end), end, isClosed: false }
}

/** The next delimiter, line end, or end of the text. */
function plainEnd(text: string, start: number, delimiter: string): number {
  const code = delimiter.charCodeAt(0)
  let end = start
  for (; end < text.length; end++) {
    const char = text.charCodeAt(end)
    if (char === code || char === 10 || char === 13) break
  }
  return end
}

function quotedCell(text: string, start: number, delimiter: string, isLast: boolean): Cell | 'open' | 'unclosed' {
  let isEscaped = false
  for (let quote = text.indexOf('"', start + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    if (text[quote + 1] === '"') {
      isEscaped = true
      quote += 1
      continue
    }
    // So that the result does not depend on how the file is cut into pieces.
    if (quote - start > LONGEST_CELL) return 'unclosed'
    const inside = text.slice(start + 1, quote)
    let end = quote + 1
    while (text[end] === ' ') end += 1
    const next = text[end]
    if (next === undefined && !isLast) return 'open'
    if (next === undefined || next === delimiter || next === '\n' || next === '\r') {
      return { text: isEscaped ? inside.replaceAll('""', '"') : inside, end, isClosed: true }
    }
    // Text follows the closing quote. On one line it is a text that begins with a quote; over lines, the quote was
    // stray.
    if (/[\r\n]/.test(inside)) return 'unclosed'
    const rest = plainCell(text, quote + 1, delimiter)
    return { text: text.slice(start, quote + 1) + rest.text, end: rest.end, isClosed: false }
  }
  return isLast || text.length - start > LONGEST_CELL ? 'unclosed' : 'open'
}

function lineEndFrom(text: string, at: number): number {
  const found = text.slice(at).search(/[\r\n]/)
  return found === -1 ? text.length : at + found
}

/** After the line end at `at`; undefined where a later piece of the text may have its second half. */
function afterLineEnd(text: string, at: number, isLast: boolean): number | undefined {
  if (at >= text.length) return isLast ? text.length : undefined
  if (text.charCodeAt(at) === LINE_FEED) return at + 1
  if (at + 1 >= text.length) return isLast ? at + 1 : undefined
  return text[at + 1] === '\n' ? at + 2 : at + 1
}
