import { BellwetherError } from '../../shared/errors'
import { fieldReader, mapColumns } from '../../shared/row-file/columns'
import { findColumns } from '../../shared/row-file/found'
import { formInWords } from '../../shared/row-file/form'
import { isRecord, type OpenFile, openFile } from '../../shared/row-file/open'
import { LABEL_COLUMNS } from '../../shared/label-file/columns'
import { labelCsv } from './csv'
import {
  checkEntry,
  type CheckedEntry,
  type FileEntry,
  type Format,
  type FilePlace,
  refused,
  type RefusedEntry,
  type EntryRules,
} from './entry'
import { entriesOfTask, isTask, labelStudio } from './label-studio'
import { entryOfLine, isManifestLine, manifest } from './manifest'
import { entryOfRow, ROW_FIELDS } from './rows'

/** A file of labels whose format is known. */
interface LabelsInFile {
  /** The name of the format, as an import returns it. */
  form: string
  /** What the file was recognised as, in a sentence. */
  found: string
  /** The unit that is refused one by one: a row or an annotation. */
  unit: 'row' | 'annotation'
  /** What the format calls the fields of an entry. */
  fields: Format['fields']
  /** Can be read once, as a stream. */
  entries: AsyncIterable<FileEntry | RefusedEntry>
}

type ReadRow = (value: unknown, place: FilePlace) => (FileEntry | RefusedEntry)[]

const values = fieldReader(LABEL_COLUMNS)

/**
 * Open a file of labels: an augmented manifest, Label Studio's tasks, or rows with `text` and `label` in CSV or JSON,
 * recognised by content. OBJECT_INVALID says in one message what was found and what is expected.
 */
export async function openLabels(file: string, body: AsyncIterable<Uint8Array | string>): Promise<LabelsInFile> {
  const opened = await openFile(file, body, LABEL_COLUMNS)
  const { sample, encoding, form } = opened
  if (form.kind === 'empty') throw new BellwetherError('OBJECT_INVALID', `${file} is empty`)
  const known = (format: Format, words: string, read: ReadRow): LabelsInFile => ({
    form: format.name,
    found: `${words} in ${formInWords(form)}, ${encoding}`,
    unit: format === labelStudio ? 'annotation' : 'row',
    fields: format.fields,
    entries: entriesOf(opened, read),
  })
  if (sample.some(isTask)) return known(labelStudio, 'tasks of Label Studio', entriesOfTask)
  if (sample.some(isManifestLine)) {
    return known(manifest, 'an augmented manifest', (value, place) => [entryOfLine(value, place)])
  }
  const has = mapColumns(opened.names, LABEL_COLUMNS).fields
  const isItem = has.item !== undefined && has.text === undefined
  const { words, fields } = findColumns(file, opened, {
    what: 'labels',
    columns: LABEL_COLUMNS,
    needed: ['label', isItem ? 'item' : 'text'],
  })
  return {
    form: form.kind === 'csv' ? labelCsv.name : 'json',
    found: fields.includes('annotation_id')
      ? `annotations of Label Studio in ${formInWords(form)}, ${encoding}`
      : words,
    unit: 'row',
    fields: ROW_FIELDS,
    entries: entriesOf(opened, (value, place) =>
      isRecord(value) ? [entryOfRow(values(value), place)] : [refused(place, '', 'invalid', value)],
    ),
  }
}

async function* entriesOf({ rows, form }: OpenFile, read: ReadRow): AsyncIterable<FileEntry | RefusedEntry> {
  let task = 0
  for await (const { line, value, problem } of rows) {
    task += 1
    const place: FilePlace = form.kind === 'json-lines' || form.kind === 'csv' ? { line } : { line, task }
    if (problem === undefined) yield* read(value, place)
    else yield broken(form.kind === 'csv', place, value, problem)
  }
}

const broken = (isCsv: boolean, place: FilePlace, value: unknown, problem: string): RefusedEntry =>
  isCsv ? refused(place, 'row', 'not-csv', problem) : refused(place, '', 'not-json', value)

/** The result for a file of labels: the usable entries, and what is left out. */
export interface CheckedFile {
  checked: CheckedEntry[]
  left: RefusedEntry[]
}

/** Read a file of labels and check each of its entries. */
export async function checkedEntries(
  { entries, fields }: Pick<LabelsInFile, 'entries' | 'fields'>,
  rules: EntryRules,
): Promise<CheckedFile> {
  const checked: CheckedEntry[] = []
  const left: RefusedEntry[] = []
  for await (const entry of entries) {
    if ('reason' in entry) {
      left.push(entry)
      continue
    }
    const outcome = checkEntry(entry, rules, fields)
    left.push(...outcome.left)
    if (outcome.checked) checked.push(outcome.checked)
  }
  return { checked, left }
}
