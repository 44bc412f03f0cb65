export interface CsvColumn {
  heading: string
  numeric?: boolean
}
export type Cell = string | number | null

/** Columns of texts, by their headings. */
export const textColumns = (...headings: string[]): CsvColumn[] => headings.map((heading) => ({ heading }))
/** Columns of numbers, by their headings. */
export const numberColumns = (...headings: string[]): CsvColumn[] =>
  headings.map((heading) => ({ heading, numeric: true }))

/** A share and its interval under three columns. */
export const shareCells = (share: { share: number; low: number; high: number } | undefined): Cell[] =>
  share ? [share.share, share.low, share.high] : [null, null, null]

/** RFC 4180. A cell that a spreadsheet would run as a formula begins with an apostrophe. */
export const csvOf = (columns: readonly CsvColumn[], rows: readonly Cell[][]): string =>
  [columns.map(({ heading }) => heading), ...rows].map((row) => row.map(field).join(',')).join('\r\n') + '\r\n'

function field(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell === 'number') return String(cell)
  const safe = /^'*[=+\-@\t\r\n＝＋－＠]/.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
