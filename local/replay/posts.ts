import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { PostField } from '../../shared/post-file/columns'
import { openPosts } from '../../shared/post-file/open'
import { readPostRow, type PostOfFile } from '../../shared/post-file/row'
import type { FoundFile } from '../../shared/row-file/found'
import { readLabel } from '../../shared/row-file/label'
import { makeTally, placeInWords, type RefusedPlace, type RowTally } from '../../shared/row-file/tally'
import { hashtag } from '../../shared/settings'
import { DAY_MS, midnightOf } from '../../shared/utc-day'

/** A row of a user's file, as the replay needs it. */
export interface FilePost {
  id: string
  createdAt: string
  text: string
  hashtag: string
  author: string
  language?: string
  /** Id of the post that this one repeats. */
  retweetOf?: string
  label?: string
}

interface PostsFile {
  /** In order of time. */
  posts: FilePost[]
  /** The unusable rows, in sentences that name file, line and field. */
  refused: string[]
}

/** The first day of a file without dates. */
const FIRST_DAY = Date.parse('2026-06-01T00:00:00Z')

/** The hashtag of a file without hashtags, where the configuration does not say. */
export const NO_HASHTAG = 'posts'

const LONGEST_LABEL = 256

interface ReadOptions {
  /** How many posts make a day where no row has a date. */
  perDay?: number | undefined
  /** Where a row without a hashtag may belong: to each hashtag in its text, or else to the first. */
  tags?: readonly string[] | undefined
  /** The labels of the configuration, where the user chose one. */
  categories?: readonly string[] | undefined
  /** A row dated after the day that follows this one is refused. */
  now?: Date | undefined
  /** Receives the recognised format of the file before its rows are read. */
  onFound?: (found: FoundFile<PostField>) => void
  /** Counts the refused values, and those read differently from the file. */
  tally?: RowTally
}

/**
 * Read a file of posts, as the collector does, with their labels. Where no row has a date, `perDay` posts make a day. A
 * bad row is refused by file, line and field; the good ones are used. OBJECT_INVALID for a file without posts.
 */
export async function readPosts(file: string, options: ReadOptions = {}): Promise<PostsFile> {
  const { perDay = 100, tally = makeTally() } = options
  const refused: RefusedPlace[] = []
  const rows: PostRow[] = []
  for await (const row of postRows(file, options)) {
    if ('reason' in row) refused.push(row)
    else rows.push(row)
  }
  const isDated = rows.some(({ post }) => post.createdAt !== '')
  const used = rows.filter(({ post }) => post.createdAt !== '' || !isDated)
  if (isDated) refused.push(...rows.filter(({ post }) => post.createdAt === '').map(undated))
  for (const place of refused) tally.refuse(place)
  for (const { notes } of used) for (const note of notes) tally.note(note)

  const spelling = mostFrequentSpelling(used)
  const posts = used.flatMap((row, i) => {
    const createdAt = isDated
      ? row.post.createdAt
      : new Date(FIRST_DAY + Math.floor((i * DAY_MS) / perDay)).toISOString()
    const label = row.label === undefined ? undefined : (spelling.get(row.label) ?? row.label)
    if (label !== row.label) tally.note(`label "${row.label}" read as ${label}`)
    return row.hashtags.map((tag) => postOf(row, createdAt, tag, label))
  })
  posts.sort((a, b) => (a.createdAt === b.createdAt ? 0 : a.createdAt < b.createdAt ? -1 : 1))
  return { posts, refused: refused.sort((a, b) => a.line - b.line).map((place) => placeInWords(file, place)) }
}

/** A good row of a file, with its label. */
export interface PostRow extends PostOfFile {
  label: string | undefined
}

/** The refusal of a row without a date, in a file where other rows have one. */
export const undated = ({ line }: Pick<PostRow, 'line'>): RefusedPlace => ({
  line,
  field: 'createdAt',
  reason: 'is missing, and other rows have one',
})

/** The rows of a file of posts, as a stream, each read or refused. `createdAt` is empty where the row has no date. */
export async function* postRows(
  file: string,
  { tags = [NO_HASHTAG], categories, onFound, now = new Date() }: Omit<ReadOptions, 'perDay'> = {},
): AsyncIterable<PostRow | RefusedPlace> {
  const opened = await openPosts(file, createReadStream(file))
  onFound?.(opened.found)
  const rules = { source: file, tags, mayBeUndated: true, before: midnightOf(now.getTime()) + 2 * DAY_MS }
  for await (const found of opened.rows) {
    const { line } = found
    if ('problem' in found) {
      yield { line, field: 'row', reason: found.problem }
      continue
    }
    const row = readPostRow(found.values, line, rules)
    if ('reason' in row) yield { line, field: row.field, reason: row.reason }
    else yield withLabel(row, found.values.label, categories)
  }
}

function withLabel(row: PostOfFile, given: unknown, categories: readonly string[] | undefined): PostRow | RefusedPlace {
  const { line, hashtags, notes } = row
  if (typeof given === 'object' && given !== null) return { line, field: 'label', reason: 'is not a text' }
  const { label, note } = readLabel(given, categories)
  if (label !== undefined && label.length > LONGEST_LABEL) {
    return { line, field: 'label', reason: `is not a text of up to ${LONGEST_LABEL} characters` }
  }
  if (label?.startsWith('__label__')) {
    return { line, field: 'label', reason: `"${label}" begins with __label__ twice` }
  }
  const bad = hashtags.find((tag) => !isHashtag(tag))
  if (bad !== undefined) {
    return {
      line,
      field: 'hashtag',
      reason: `"${bad}" is not a hashtag: letters, digits and underscores, not digits alone`,
    }
  }
  return { ...row, label, notes: note === undefined ? notes : [...notes, note] }
}

const known = new Map<string, boolean>()

/** A file has few hashtags and many rows, so each result is cached. */
function isHashtag(tag: string): boolean {
  const before = known.get(tag)
  if (before !== undefined) return before
  const found = hashtag.safeParse(tag).success
  if (known.size < 1000) known.set(tag, found)
  return found
}

/** For labels that differ only in case, the spelling that most rows have; the first in the file among equals. */
function mostFrequentSpelling(rows: readonly PostRow[]): Map<string, string> {
  const counts = new Map<string, number>()
  for (const { label } of rows) if (label !== undefined) counts.set(label, (counts.get(label) ?? 0) + 1)
  const best = new Map<string, string>()
  for (const [label, count] of counts) {
    const before = best.get(label.toLowerCase())
    if (before === undefined || count > (counts.get(before) ?? 0)) best.set(label.toLowerCase(), label)
  }
  return new Map([...counts.keys()].map((label) => [label, best.get(label.toLowerCase()) ?? label]))
}

function postOf({ post, line }: PostRow, createdAt: string, tag: string, label: string | undefined): FilePost {
  const { id, text, authorId, language, retweetOf } = post
  return {
    id: id || createHash('sha256').update(`${line}\n${text}`).digest('hex').slice(0, 16),
    createdAt,
    text,
    hashtag: tag,
    author: authorId,
    ...(language ? { language } : {}),
    ...(retweetOf ? { retweetOf } : {}),
    ...(label ? { label } : {}),
  }
}
