import { BellwetherError } from '../errors'
import { type Columns, fieldsOf, mapColumns } from './columns'
import { formInWords, headerFor } from './form'
import type { OpenFile } from './open'

/** What a file of rows was recognised as. */
export interface FoundFile<F extends string> {
  /** In a sentence. */
  words: string
  /** Whether it differs from what the documentation asks for, so that people should be told. */
  isUnusual: boolean
  /** The fields that it has. */
  fields: F[]
}

/** What is expected of a file. */
export interface WantedFile<F extends string> {
  /** What its rows are, as in "posts". */
  what: string
  columns: Columns<F>
  /** Fields without which no row can be used. */
  needed: readonly NoInfer<F>[]
  /** The columns that the file has, where they differ from the names that it gives. */
  names?: readonly string[]
  /** A further remark on the form. */
  remark?: string
}

/**
 * Check the columns of a file against the expected ones, before its rows are read. OBJECT_INVALID says in one message
 * what was found and what is expected.
 */
export function findColumns<F extends string>(file: string, opened: OpenFile, wanted: WantedFile<F>): FoundFile<F> {
  const { columns, needed, names = opened.names, remark = '' } = wanted
  const { encoding, form } = opened
  const isCsv = form.kind === 'csv'
  const how = `${formInWords(form)}, ${encoding}${remark}`
  const { fields, unread, twice } = mapColumns(names, columns)
  const all = fieldsOf(columns)
  const namesInWords = names.length === 0 ? 'without objects' : `with ${isCsv ? 'columns' : 'keys'} ${listed(names)}`
  const refuse = (what: string, hint = ''): never => {
    const others = all.filter((field) => !needed.includes(field))
    throw new BellwetherError(
      'OBJECT_INVALID',
      `${file}${isCsv ? ', line 1' : ''}: ${what}.${hint} ` +
        `Found: ${how}, ${namesInWords}. ` +
        `Required for ${wanted.what}: ${needed.join(', ')}; optional: ${others.join(', ')}.`,
    )
  }

  if (isCsv && twice !== undefined) refuse(`two columns are named ${twice}`, ' Keep one of them.')
  const missing = needed.filter((field) => fields[field] === undefined)
  if (missing.length > 0 && form.kind !== 'empty') {
    const header = isCsv ? headerFor(names) : undefined
    refuse(
      isCsv ? `there is no column ${missing.join(' and no column ')}` : `no row has ${missing.join(' or ')}`,
      header === undefined ? '' : ` It seems to be a row: put a header before it, as in ${header}.`,
    )
  }
  const spelt = all.flatMap((field) =>
    fields[field] === undefined || fields[field] === field ? [] : [`${field} from ${fields[field]}`],
  )
  return {
    words: [how, ...(spelt.length > 0 ? [spelt.join(', ')] : []), ...notRead(isCsv ? unread : [])].join('; '),
    isUnusual: spelt.length > 0 || remark !== '' || encoding !== 'UTF-8' || (isCsv && form.delimiter !== ','),
    fields: all.filter((field) => fields[field] !== undefined),
  }
}

const notRead = (unread: readonly string[]): string[] => (unread.length === 0 ? [] : [`not read: ${listed(unread)}`])

const MOST_NAMES = 12

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).map((name) => (name.length > 40 ? `${name.slice(0, 40)}…` : name))
  return names.length > MOST_NAMES ? `${shown.join(', ')} and ${names.length - MOST_NAMES} more` : shown.join(', ')
}
