import { readCsvRow } from '../../../shared/row-file/csv'

/** A record of a CSV. */
interface CsvRecord {
  cells: string[]
  /** Its position in the text; the end of its line is part of it. */
  start: number
  end: number
}

/** A record by the names of the header. */
export type Cells = Readonly<Record<string, string>>

export const byHeader = (header: readonly string[], cells: readonly string[]): Cells =>
  Object.fromEntries(header.map((name, i) => [name, cells[i] ?? '']))

/**
 * The records of a CSV as the collector reads them. Joined they are the original text, because the bytes of the
 * remaining records must not change. A record that the collector cannot read is split plainly, so that it can still be
 * deleted by its id.
 */
export function* recordsOf(text: string, delimiter = ',', from = 0): Iterable<CsvRecord> {
  // A byte order mark belongs to the first record.
  const mark = text.startsWith('\uFEFF', from) && from === 0 ? 1 : 0
  for (let at = from + mark; ;) {
    const row = readCsvRow(text, at, delimiter, true)
    if (!row) return
    const start = at === from + mark ? from : at
    if (row.stray !== undefined)
      yield { cells: [...row.cells, ...plain(text, row.stray, row.end, delimiter)], start, end: row.end }
    // Most rows: another object for each of them would cost as much as reading it.
    else yield start === row.start ? row : { cells: row.cells, start, end: row.end }
    at = row.end
  }
}

/** The cells from one that cannot be read on, split plainly. */
const plain = (text: string, stray: number, end: number, delimiter: string): string[] =>
  text
    .slice(stray, end)
    .replace(/(?<![\r\n])[\r\n]+$/, '')
    .split(delimiter)
