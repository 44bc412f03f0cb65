/** A record of a CSV: its characters with the end of its line, and its cells. */
export interface CsvRecord {
  raw: string
  cells: string[]
}

/** A record by the names of the header. */
export type Cells = Readonly<Record<string, string>>

export const byHeader = (header: readonly string[], cells: readonly string[]): Cells =>
  Object.fromEntries(header.map((name, i) => [name, cells[i] ?? '']))

/**
 * The records of a CSV, which put together are the text again. No parser on npm says exactly where a record ends, and the
 * bytes of the records that stay must not change. A quote within an unquoted cell is part of the cell.
 */
export function* recordsOf(text: string, delimiter = ','): Iterable<CsvRecord> {
  let at = text.startsWith('\uFEFF') ? 1 : 0
  let start = 0
  let cells: string[] = []
  while (at < text.length) {
    const cell = text[at] === '"' ? quotedCell(text, at, delimiter) : plainCell(text, at, delimiter)
    cells.push(cell.value)
    at = cell.end
    if (text[at] === delimiter) {
      at++
      if (at < text.length) continue
      cells.push('')
    } else at = afterLineEnd(text, at)
    yield { raw: text.slice(start, at), cells }
    cells = []
    start = at
  }
}

interface Cell {
  value: string
  /** Where its delimiter, its line end or the end of the text is. */
  end: number
}

function plainCell(text: string, from: number, delimiter: string): Cell {
  let end = from
  while (end < text.length && text[end] !== delimiter && text[end] !== '\n' && text[end] !== '\r') end++
  return { value: text.slice(from, end), end }
}

function quotedCell(text: string, from: number, delimiter: string): Cell {
  let end = from + 1
  for (;;) {
    const quote = text.indexOf('"', end)
    // A quote that nothing closes was part of the text.
    if (quote === -1) return plainCell(text, from, delimiter)
    if (text[quote + 1] === '"') end = quote + 2
    else if (isCellEnd(text, quote + 1, delimiter))
      return { value: text.slice(from + 1, quote).replaceAll('""', '"'), end: quote + 1 }
    else end = quote + 1
  }
}

const isCellEnd = (text: string, at: number, delimiter: string): boolean =>
  at >= text.length || text[at] === delimiter || text[at] === '\n' || text[at] === '\r'

const afterLineEnd = (text: string, at: number): number => at + (text.startsWith('\r\n', at) ? 2 : 1)
