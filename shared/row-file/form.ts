import { BellwetherError } from '../errors'
import { jsonOrNothing } from '../json'
import { type Columns, mapColumns } from './columns'
import { readCsvRow } from './csv'

/** What a file is, apart from its encoding. */
export type FileForm =
  | {
      kind: 'csv'
      delimiter: string
      header: string[]
      isHeaderless: boolean
      /** Rows before the first with data. */
      before: number
    }
  | { kind: 'json-lines' }
  /** `archive` names the list of a file of X's archive, as in `tweets`. */
  | { kind: 'json-array'; archive?: string }
  /** JSON objects that follow each other over several lines. */
  | { kind: 'json-values' }
  /** Only white space: a file to which rows may still be added. */
  | { kind: 'empty' }

const DELIMITERS = [',', ';', '\t', '|']
const DELIMITER_NAMES: Readonly<Record<string, string>> = { '\t': 'a tab' }

/**
 * Recognise the form of a file by its beginning. Of the delimiters, the one that finds most of the expected columns;
 * `headerOf` may name the columns of a known form without a header. OBJECT_INVALID for a web page.
 */
export function findForm(
  head: string,
  file: string,
  columns: Columns<string>,
  headerOf: (cells: readonly string[]) => string[] | undefined = () => undefined,
): FileForm {
  const begins = head.trimStart()
  if (begins === '') return { kind: 'empty' }
  if (/^<(!doctype|html|\?xml)/i.test(begins)) {
    throw new BellwetherError('OBJECT_INVALID', `${file} is a web page or XML: export the rows as CSV or JSON`)
  }
  const archive = /^window\.YTD\.(\w+)\.part\d+\s*=/.exec(begins)?.[1]
  if (archive !== undefined) return { kind: 'json-array', archive }
  if (begins.startsWith('[')) return { kind: isLineOfItsOwn(begins) ? 'json-lines' : 'json-array' }
  if (begins.startsWith('{')) return { kind: /^\{\s*\n/.test(begins) ? 'json-values' : 'json-lines' }
  return csvForm(head, columns, headerOf)
}

/** Whether a first line is a whole array, with more lines after it. */
function isLineOfItsOwn(text: string): boolean {
  const end = text.indexOf('\n')
  if (end === -1 || text.slice(end).trim() === '') return false
  return jsonOrNothing(text.slice(0, end)) !== undefined
}

function csvForm(
  head: string,
  columns: Columns<string>,
  headerOf: (cells: readonly string[]) => string[] | undefined,
): FileForm {
  // Spreadsheets write and read a line `sep=;` before the header.
  const [separator, said] = /^sep=(.)\r?\n/i.exec(head) ?? []
  const start = separator?.length ?? 0
  const rows = (said === undefined ? DELIMITERS : [said]).map((delimiter) => {
    const cells = (firstRow(head, start, delimiter) ?? []).map((cell) => cell.trim())
    return { delimiter, cells, fields: Object.keys(mapColumns(cells, columns).fields).length }
  })
  const [best = { delimiter: ',', cells: [], fields: 0 }] = rows.sort(
    (a, b) => b.fields - a.fields || b.cells.length - a.cells.length,
  )
  const before = said === undefined ? 0 : 1
  const own = headerOf(best.cells)
  const { delimiter } = best
  if (own) return { kind: 'csv', delimiter, header: own, isHeaderless: true, before }
  return { kind: 'csv', delimiter, header: best.cells, isHeaderless: false, before: before + 1 }
}

function firstRow(head: string, start: number, delimiter: string): string[] | undefined {
  const blank = /^[\r\n]*/.exec(head.slice(start))?.[0].length ?? 0
  return readCsvRow(head, start + blank, delimiter, true)?.cells
}

/** The form, for people. */
export function formInWords(form: FileForm): string {
  switch (form.kind) {
    case 'csv':
      return `CSV with ${DELIMITER_NAMES[form.delimiter] ?? `"${form.delimiter}"`} between cells`
    case 'json-lines':
      return 'JSON Lines'
    case 'json-array':
      return form.archive === undefined ? 'a JSON array' : `${form.archive} of an archive of X`
    case 'json-values':
      return 'JSON objects over several lines'
    case 'empty':
      return 'an empty file'
  }
}

/** A longer header helps nobody in an error. */
const MOST_SUGGESTED = 40

/** A header that would fit a first row that looks like data; undefined where it looks like a header or is too long. */
export function headerFor(cells: readonly string[]): string | undefined {
  if (cells.length > MOST_SUGGESTED) return undefined
  const kinds = cells.map(kindOf)
  if (!kinds.some((kind) => kind !== undefined)) return undefined
  const longest = cells.reduce((best, cell, i) => (cell.length > (cells[best] ?? '').length ? i : best), 0)
  const used = new Set<string>()
  return cells
    .map((_, i) => {
      const name = kinds[i] === 'createdAt' || i !== longest ? kinds[i] : 'text'
      if (name === undefined || name === 'long' || used.has(name)) return `column${i + 1}`
      used.add(name)
      return name
    })
    .join(',')
}

function kindOf(cell: string): 'createdAt' | 'id' | 'long' | undefined {
  if (/^\d{4}-\d\d-\d\d/.test(cell)) return 'createdAt'
  if (/^\d{6,}$/.test(cell)) return 'id'
  return cell.length > 60 || cell.split(/\s+/).length > 4 ? 'long' : undefined
}
