import { jsonOrNothing } from '../../../shared/json'
import { LABEL_COLUMNS } from '../../../shared/label-file/columns'
import { headerOf2019, POST_COLUMNS } from '../../../shared/post-file/columns'
import { contentOf, idOf, readPostRow } from '../../../shared/post-file/row'
import { unfolded } from '../../../shared/post-file/x-post'
import { fromPythonBytes } from '../../../shared/row-file/cells'
import { fieldReader, bareName } from '../../../shared/row-file/columns'
import { unguarded } from '../../../shared/row-file/formula'
import { isRecord } from '../../../shared/row-file/open'
import { clean, type Fields } from './clean'
import { type FileKind, type FileRow, fileRows } from './file-rows'
import type { Rewrite, Rewritten } from './lines'
import type { DeletionTargets } from '../targets'

/** What readers of files accept as the id of a post, its author, the post that it repeats, and its text; and more. */
const FIELDS: Fields = {
  post: [...POST_COLUMNS.id, ...LABEL_COLUMNS.id, 'post', 'uri'],
  repeats: [...POST_COLUMNS.retweetOf, 'retweet_of', 'retweeted_status_id'],
  author: POST_COLUMNS.author,
  text: [...POST_COLUMNS.text, ...LABEL_COLUMNS.text, 'shown', 'found'],
  neverReplaced: true,
  anySpelling: true,
}
/** In an unknown column, a value counts as an id only if it cannot be a small number. */
const LONG_ID = 8

/** A file of posts, as the collector reads it. */
export const postFile: Rewrite = (body, targets) =>
  rewritten(body, (text) => withoutRows(text, { columns: POST_COLUMNS, headerOf: headerOf2019 }, targets, true))

/** A file of labels, as an import reads it. */
export const labelFile: Rewrite = (body, targets) =>
  rewritten(body, (text) => withoutRows(text, { columns: LABEL_COLUMNS }, targets, false))

/**
 * A file whose key no service of this stack writes, in any format: a JSON document stays one, and anything else is read
 * as rows.
 */
export const anyFile: Rewrite = (body, targets) =>
  rewritten(body, (text) => {
    const document = /^\s*[[{]/.test(text) ? jsonOrNothing(text) : undefined
    if (document === undefined) return withoutRows(text, { columns: POST_COLUMNS }, targets, false)
    const cleaned = clean(document, FIELDS, foreign(targets))
    if ('gone' in cleaned) return { text: 'null\n', rows: 1 }
    if (cleaned.changed === 0) return undefined
    const indent = /^\s*[[{]\r?\n( +)/.exec(text)?.[1]?.length
    const end = text.endsWith('\n') ? '\n' : ''
    return { text: JSON.stringify(cleaned.value, null, indent) + end, rows: cleaned.changed }
  })

/** Whether a refused row, as its source or its file gave it, is about a deleted post. */
export function isRowGone(row: unknown, targets: DeletionTargets): boolean {
  if (typeof row === 'string') return mentions(row, targets)
  return isRecord(row) && 'gone' in cleanRow(row, targets)
}

interface CleanText {
  text: string
  rows: number
}

/** The text without the deleted rows. The characters of the other rows stay, and so do those between them. */
function withoutRows(text: string, kind: FileKind, targets: DeletionTargets, hasPosts: boolean): CleanText | undefined {
  const isPost = hasPosts ? unnamedPost(kind, targets) : () => false
  const parts: string[] = []
  let changed = 0
  let end: number | undefined
  let isBegun = false
  // Rows that stay are copied together with those that stay behind them: most files have no other rows.
  let staysFrom: number | undefined
  for (const row of fileRows(text, kind)) {
    if (end === undefined) parts.push(text.slice(0, row.start))
    const left = isPost(row) ? undefined : leftOf(row, text, targets)
    // What separates two rows of an array is removed with the second one.
    const from = isBegun && end !== undefined ? end : row.start
    if (left === SAME) staysFrom ??= from
    else {
      changed++
      if (staysFrom !== undefined) parts.push(text.slice(staysFrom, end))
      staysFrom = undefined
      if (left !== undefined) parts.push(text.slice(from, row.start), left)
    }
    isBegun ||= left !== undefined
    end = row.end
  }
  return changed > 0 ? { text: parts.join('') + text.slice(staysFrom ?? end), rows: changed } : undefined
}

/** A row that stays as it is. */
const SAME = Symbol('same')

/** What is left of a row; undefined where it is deleted. */
function leftOf(
  { start, end, value, cells }: FileRow,
  text: string,
  targets: DeletionTargets,
): string | typeof SAME | undefined {
  if (cells) {
    const isNamed = cells.some((cell) => cell.length >= LONG_ID && targets.isPost(cell.trim()))
    return isNamed || 'gone' in cleanRow(value, targets) || hasTextOnly(value, cells, targets) ? undefined : SAME
  }
  const raw = text.slice(start, end)
  if (value === undefined) return mentions(raw, targets) ? undefined : SAME
  const cleaned = cleanRow(value, targets)
  if ('gone' in cleaned || numbersIn(raw).some(targets.isPost)) return undefined
  return cleaned.changed > 0 ? JSON.stringify(cleaned.value) + raw.slice(raw.trimEnd().length) : SAME
}

const readPost = fieldReader(POST_COLUMNS)

/** Also by what the row's reader takes from nested parts. */
function cleanRow(value: unknown, targets: DeletionTargets): ReturnType<typeof clean> {
  if (isRecord(value)) {
    const { id, retweetOf, author } = readPost(unfolded(value))
    if ([id, retweetOf].some((one) => targets.isPost(asId(one))) || targets.isAuthor(asId(author)))
      return { gone: true }
  }
  return clean(value, FIELDS, foreign(targets))
}

const asId = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value).trim() : ''

const ID_NAMES = new Set((FIELDS.post ?? []).map(bareName))

/** Whether a row of CSV without an id has, in any column, a text that only deleted posts had. */
function hasTextOnly(value: unknown, cells: readonly string[], targets: DeletionTargets): boolean {
  const hasId = isRecord(value) && Object.keys(value).some((name) => value[name] !== '' && ID_NAMES.has(bareName(name)))
  return !hasId && cells.some((cell) => foreign(targets).itemOfText(cell) !== undefined)
}

/** Whether a row is a post without an id in its file that got one from its content when it was collected. */
function unnamedPost({ columns }: FileKind, { isPost }: DeletionTargets): (row: FileRow) => boolean {
  const read = fieldReader(columns)
  const numbers = new Map<string, number>()
  return ({ value }) => {
    const row = isRecord(value) ? readPostRow(read(unfolded(value)), 0, { source: '', tags: [] }) : undefined
    if (!row || !('post' in row) || row.post.id !== '') return false
    const content = contentOf(row.post)
    const nth = (numbers.get(content) ?? 0) + 1
    numbers.set(content, nth)
    // Equal rows are one post to their reader, and are deleted together.
    return Array.from({ length: nth }, (_, i) => idOf(content, i + 1)).some(isPost)
  }
}

/**
 * The forms that texts have in files: with space around, with a quote against formulas, or as the bytes that Python
 * prints.
 */
function foreign(targets: DeletionTargets): DeletionTargets {
  const before = foreigners.get(targets)
  if (before) return before
  const itemOfText: DeletionTargets['itemOfText'] = (text) => {
    for (const form of formsOf(text)) {
      const found = form === '' ? undefined : targets.itemOfText(form)
      if (found) return found
    }
    return undefined
  }
  const made = { ...targets, itemOfText }
  foreigners.set(targets, made)
  return made
}

/** One for all rows of a request. */
const foreigners = new WeakMap<DeletionTargets, DeletionTargets>()

function* formsOf(text: string): Iterable<string> {
  yield text
  const trimmed = text.trim()
  if (trimmed !== text) yield trimmed
  if (text.startsWith("'")) yield unguarded(text)
  const ofPython = trimmed.startsWith('b') ? fromPythonBytes(text) : undefined
  if (ofPython !== undefined) yield ofPython
}

/**
 * A string of JSON. One without an end is passed over up to where it cannot go on, so that no other try begins within it: the
 * time would grow with the square of its escaped quotes.
 */
const QUOTED = /"(?:[^"\\]|\\.)*"?/g

/**
 * Whether characters that cannot be read as a row have the id of a deleted post, or a text that only deleted posts had.
 */
function mentions(raw: string, targets: DeletionTargets): boolean {
  const words = raw.match(/[^\s"'`,;|()[\]{}<>]+/g) ?? []
  if (words.some((word) => word.length >= LONG_ID && targets.isPost(word))) return true
  const quoted = raw.includes('"') ? Array.from(raw.matchAll(QUOTED), ([whole]) => whole) : []
  return [raw, ...quoted.flatMap(unquoted)].some(
    (text) => targets.isPost(text) || foreign(targets).itemOfText(text) !== undefined,
  )
}

function unquoted(text: string): string[] {
  try {
    return [String(JSON.parse(text))]
  } catch {
    return []
  }
}

/** Numbers that JavaScript would round, as they are written: no reader takes one for an id, yet it names a post. */
const numbersIn = (raw: string): string[] => raw.match(/(?<![\w".-])\d{16,}(?![\w".])/g) ?? []

function rewritten(body: Buffer, change: (text: string) => CleanText | undefined): Rewritten | undefined {
  const { text, encode } = decoded(body)
  const changed = change(text)
  return changed && { body: encode(changed.text), rows: changed.rows }
}

/**
 * The characters of a file, and its bytes again: UTF-16 with its byte order mark, UTF-8, or any single-byte encoding.
 */
function decoded(body: Buffer): { text: string; encode: (text: string) => Buffer } {
  if (body[0] === 0xff && body[1] === 0xfe)
    return { text: body.toString('utf16le'), encode: (text) => Buffer.from(text, 'utf16le') }
  if (body[0] === 0xfe && body[1] === 0xff)
    return {
      text: Buffer.from(body.subarray(0, body.length & ~1))
        .swap16()
        .toString('utf16le'),
      encode: (text) => Buffer.from(text, 'utf16le').swap16(),
    }
  const text = body.toString('utf8')
  return Buffer.from(text, 'utf8').equals(body)
    ? { text, encode: (changed) => Buffer.from(changed, 'utf8') }
    : { text: body.toString('latin1'), encode: (changed) => Buffer.from(changed, 'latin1') }
}
