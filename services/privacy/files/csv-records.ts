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
  let start = from
  let at = text.startsWith('\uFEFF', from) && from === 0 ? 1 : from
  for (;;) {
    const row = readCsvRow(text, at, delimiter, true)
    if (!row) return
    const { cells, stray, end } = row
    const plain: readonly string[] =
      stray === undefined
        ? []
        : text
            .slice(stray, end)
            .replace(/(?<![\r\n])[\r\n]+$/, '')
            .split(delimiter)
    yield { cells: plain.length === 0 ? cells : [...cells, ...plain], start, end }
    start = end
    at = end
  }
}
