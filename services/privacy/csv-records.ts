import { readRow } from '../../shared/row-file/csv'

/** A record of a CSV: its characters with the end of its line, and its cells. */
interface CsvRecord {
  raw: string
  cells: string[]
  /** Where it stands in the text; the end of its line is part of it. */
  start: number
  end: number
}

/** A record by the names of the header. */
export type Cells = Readonly<Record<string, string>>

export const byHeader = (header: readonly string[], cells: readonly string[]): Cells =>
  Object.fromEntries(header.map((name, i) => [name, cells[i] ?? '']))

/**
 * The records of a CSV as the collector reads them; put together they are the text again, because the bytes of the records
 * that stay must not change. A record that the collector cannot read is split plainly, so that it still goes by its id.
 */
export function* recordsOf(text: string, delimiter = ',', from = 0): Iterable<CsvRecord> {
  let start = from
  let at = text.startsWith('\uFEFF', from) && from === 0 ? 1 : from
  for (;;) {
    const row = readRow(text, at, delimiter, true)
    if (!row) return
    const { cells, stray, end } = row
    const plain =
      stray === undefined
        ? []
        : text
            .slice(stray, end)
            .replace(/(?<![\r\n])[\r\n]+$/, '')
            .split(delimiter)
    yield { raw: text.slice(start, end), cells: [...cells, ...plain], start, end }
    start = end
    at = end
  }
}
