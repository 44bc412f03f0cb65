import { type Cell, type CsvColumn, csvOf } from './csv'
import { element } from '../element'
import { dateInWords } from '../../shared/words'

export interface Data {
  /** File name of the download, without its ending. */
  name: string
  caption: string
  columns: CsvColumn[]
  rows: Cell[][]
  /** How a cell is shown. A day is shown in words, as everywhere on the page; a download has each cell as it is. */
  say?: (cell: Cell, column: number) => string | Node
}

/** The numbers behind a plot: a table that opens, and its download. */
export function behind({ name, caption, columns, rows, say = plain }: Data, open = false): HTMLElement {
  const head = columns.map(({ heading, numeric }) =>
    element('th', { scope: 'col', class: numeric && 'number' ? 'number' : undefined }, heading),
  )
  const body = rows.map((row) =>
    element(
      'tr',
      {},
      ...row.map((cell, i) => element('td', { class: classOf(cell, columns[i]) }, own(cell, say(cell, i)))),
    ),
  )
  const table = element(
    'table',
    {},
    element('caption', { class: 'aside' }, caption),
    element('thead', {}, element('tr', {}, ...head)),
    element('tbody', {}, ...body),
  )
  const download = element('button', { type: 'button', class: 'download' }, 'Download CSV')
  download.addEventListener('click', () => save(`${name}.csv`, csvOf(columns, rows)))
  const named = `Table: ${caption}`
  const scrolling = element('div', { class: 'scrolling', tabindex: '0', role: 'region', 'aria-label': named }, table)
  return element('details', { class: 'behind', open }, element('summary', {}, named), scrolling, download)
}

/** A cell with its text isolated in its own direction: a name may be written from right to left. */
const own = (cell: Cell, said: string | Node): string | Node =>
  typeof cell === 'string' && typeof said === 'string'
    ? element('bdi', {}, isDay(said) ? dateInWords(said) : said)
    : said

const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text)

/** The class of a cell. Only long texts may break over lines. */
const classOf = (cell: Cell, column: CsvColumn | undefined): string | undefined =>
  column?.numeric ? 'number' : typeof cell === 'string' && cell.length > 40 ? 'long' : undefined

const plain = (cell: Cell): string => (cell === null ? '–' : String(cell))

function save(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }))
  const link = element('a', { href: url, download: name })
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
