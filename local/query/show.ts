import { stringify } from 'csv-stringify/sync'
import { guarded } from '../../shared/row-file/formula'
import { printable } from '../../packages/embedded-aws/src/printable'
import type { Result, Value } from './duckdb'
import type { OutputForm } from './options'

/** A cell of a table is cut at this many characters. */
const WIDEST = 60

/** A result as text, for a terminal or a file. */
export function shown(result: Result, form: OutputForm): string {
  if (form === 'json') return result.rows.map((row) => `${printable(JSON.stringify(objectOf(result, row)))}\n`).join('')
  if (form === 'csv')
    return stringify(
      result.rows.map((row) => row.map((value) => inCsv(value))),
      { header: true, columns: result.columns.map(inCsv), record_delimiter: '\r\n' },
    )
  return inTable(result)
}

const objectOf = ({ columns }: Result, row: readonly Value[]): Record<string, Value> =>
  Object.fromEntries(columns.map((column, i) => [column, row[i] ?? null]))

const textOf = (value: Value): string => (value === null ? '' : String(value))

/** A number stays a number; a text from a stranger must not become a formula. */
const inCsv = (value: Value): string => (typeof value === 'string' ? guarded(printable(value)) : textOf(value))

/** A cell of a table is on one line, and cut where it is long. */
function inCell(text: string): string {
  const oneLine = text
    .slice(0, WIDEST + 1)
    .replaceAll('\n', String.raw`\n`)
    .replaceAll('\t', String.raw`\t`)
  const cell = printable(oneLine).toWellFormed()
  return cell.length > WIDEST ? `${cell.slice(0, WIDEST - 1)}…` : cell
}

function inTable({ columns, rows }: Result): string {
  const cells = [columns.map(inCell), ...rows.map((row) => row.map((value) => inCell(textOf(value))))]
  const widths = columns.map((_, i) => cells.reduce((most, line) => Math.max(most, line[i]?.length ?? 0), 0))
  const isNumeric = columns.map((_, i) => rows.every((row) => row[i] === null || typeof row[i] === 'number'))
  const line = (values: readonly string[]) =>
    values
      .map((value, i) => (isNumeric[i] ? value.padStart(widths[i] ?? 0) : value.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd()
  const [heading = '', ...body] = cells.map(line)
  const count = `(${rows.length} ${rows.length === 1 ? 'row' : 'rows'})`
  return [heading, widths.map((width) => '─'.repeat(width)).join('  '), ...body, count, ''].join('\n')
}
