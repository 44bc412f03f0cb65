/** What a spreadsheet takes for the beginning of a formula; it reads full-width signs as the plain ones. */
const FORMULA = /^'*[=+\-@\t\r\n＝＋－＠]/

/** A cell that no spreadsheet runs as a formula: what begins like one gets a quote before it. */
export const guarded = (cell: string): string => (FORMULA.test(cell) ? `'${cell}` : cell)

/** The cell before it was guarded. */
export const unguarded = (cell: string): string =>
  cell.startsWith("'") && FORMULA.test(cell.slice(1)) ? cell.slice(1) : cell
