import { createHash } from 'node:crypto'
import { placeOf, type Post, type RefusedInput, type PostTrace } from '../posts'
import { asText, fromPythonBytes, isNoText, isNothing, isRounded, wrongId } from '../row-file/cells'
import type { PostValues } from './open'

/** A post in a user's file. */
export interface PostOfFile {
  post: Post
  hashtags: string[]
  line: number
  /** What was read differently from the file, in sentences. */
  notes: string[]
}

/** A row that is not a valid post; with `createdAt` where at least that can be read. */
export interface RefusedRow extends RefusedInput {
  createdAt: string | undefined
  hashtags: string[]
}

/** How rows of a file are read. */
interface RowRules {
  /** The source name of the posts. */
  source: string
  /** Where a row without a hashtag of its own belongs: to each hashtag in its text, or else to the first. */
  tags: readonly string[]
  /** Milliseconds since the epoch; a later date is refused. */
  before?: number
  /** Whether a row may have no date; then `createdAt` is empty. */
  mayBeUndated?: boolean
}

/** There were no posts before: an earlier date is the default of some program. */
const FIRST_DATE = '2006-01-01'

/**
 * Read the values of a row. It belongs to its own `hashtag`; without one, to each of `tags` that its text has as a
 * hashtag; without any, to the first of `tags`. A row without an id gets `''` here, and an id in `named`.
 */
export function readPostRow(values: PostValues, line: number, rules: RowRules): PostOfFile | RefusedRow {
  const notes: string[] = []
  const cell = (field: keyof PostValues): string => {
    const value = values[field]
    if (!isNothing(value)) return asText(value)
    if (typeof value === 'string' && value.trim() !== '') notes.push(`${field} "${value.trim()}" read as none`)
    return ''
  }
  const text = asText(values.text)
  const bytes = fromPythonBytes(text)
  if (bytes !== undefined) notes.push("text written as b'…' decoded")
  const given = cell('createdAt')
  const createdAt = instantOf(given)
  const hashtags = hashtagsOf(cell('hashtag'), bytes ?? text, rules.tags)

  const said = (field: keyof PostValues) => asText(values[field]).trim()
  const wrong = wrongIn(values) ?? wrongDate(given, createdAt, rules) ?? wrongText(bytes ?? text)
  if (wrong) {
    const { label: _, ...row } = values
    const known = wrong.field === 'createdAt' ? undefined : createdAt
    const trace = { id: said('id'), authorId: said('author'), retweetOf: said('retweetOf') }
    return { line, ...wrong, row, trace, createdAt: known, hashtags }
  }
  return {
    line,
    hashtags,
    notes,
    post: {
      id: cell('id').trim(),
      createdAt: createdAt ?? '',
      authorId: cell('author'),
      language: cell('language'),
      retweetOf: cell('retweetOf').trim(),
      source: rules.source,
      text: bytes ?? text,
    },
  }
}

interface Wrong {
  field: string
  reason: string
}

function wrongIn(values: PostValues): Wrong | undefined {
  for (const field of ['text', 'hashtag', 'createdAt', 'language', 'author'] as const) {
    if (typeof values[field] === 'object' && values[field] !== null) return { field, reason: 'is not a text' }
  }
  for (const field of ['id', 'retweetOf'] as const) {
    const reason = isNothing(values[field]) ? undefined : wrongId(values[field])
    if (reason !== undefined) return { field, reason }
  }
  const { author } = values
  // The name of an author may look like a number that is not an integer.
  const reason = typeof author === 'number' || isRounded(asText(author)) ? wrongId(author) : undefined
  if (reason !== undefined) return { field: 'author', reason }
  return /\p{Cc}/u.test(asText(author)) ? { field: 'author', reason: 'holds a control character' } : undefined
}

function wrongDate(given: string, createdAt: string | undefined, { before, mayBeUndated }: RowRules) {
  const field = 'createdAt'
  if (given === '' && mayBeUndated) return undefined
  if (createdAt === undefined) return { field, reason: 'is not a date as in 2026-11-21T08:30:00Z' }
  if (createdAt < FIRST_DATE) return { field, reason: 'is before 2006: some program wrote its default date' }
  return before !== undefined && Date.parse(createdAt) >= before
    ? { field, reason: 'is after tomorrow: the clock or the format of the date is wrong' }
    : undefined
}

function wrongText(text: string): Wrong | undefined {
  if (text.trim() === '') return { field: 'text', reason: 'is empty' }
  return isNoText(text) ? { field: 'text', reason: `is "${text.trim()}", which means an empty cell` } : undefined
}

/**
 * Rows in order of time, each with an id. A row without one gets a hash of its content and of its number among equal
 * rows, so that the same file gives the same ids. Of two rows with one id, the first in the file counts.
 */
export function withIds(rows: readonly Pick<PostOfFile, 'post' | 'line'>[]): {
  posts: Post[]
  refused: RefusedInput[]
} {
  const equals = new Map<string, number>()
  const lines = new Map<string, number>()
  const posts: Post[] = []
  const refused: RefusedInput[] = []
  for (const { post, line } of rows) {
    const content = contentOf(post)
    // A day of a file may have several hundred thousand rows: their contents are not held twice.
    const contentHash = hash(content)
    const nth = (equals.get(contentHash) ?? 0) + 1
    equals.set(contentHash, nth)
    const id = post.id || idOf(content, nth)
    const earlier = lines.get(id)
    if (earlier !== undefined) {
      refused.push({
        line,
        field: 'id',
        reason: `is already in line ${earlier}`,
        row: { ...post, id },
        trace: traceOf({ ...post, id }),
      })
      continue
    }
    lines.set(id, line)
    posts.push(id === post.id ? post : { ...post, id })
  }
  return { posts: posts.sort((a, b) => order(placeOf(a), placeOf(b))), refused }
}

const traceOf = ({ id, authorId, retweetOf }: Post): PostTrace => ({ id, authorId, retweetOf })

/** What makes a row without an id equal to another. */
export const contentOf = ({ createdAt, authorId, text }: Post): string => JSON.stringify([createdAt, authorId, text])

/** The id of the nth post, from 1, of a content without an id. */
export const idOf = (content: string, nth: number): string => hash(`${content} ${nth}`)

const order = (a: string, b: string) => (a < b ? -1 : 1)

/** An ISO 8601 date, or date and time, UTC without a zone; or the form of X's archive, `Wed Nov 18 10:00:00 +0000 2020`. */
function instantOf(given: string): string | undefined {
  const found = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(?:\s*(Z|UTC|[+-]\d\d(?::?\d\d)?))?)?$/i.exec(
    given.trim(),
  )
  if (!found) return instantOfArchive(given)
  const [, day, time = '00:00', zone = 'Z'] = found
  const at = new Date(`${day}T${time}${zoneOf(zone)}`)
  if (Number.isNaN(at.getTime()) || !isDay(day ?? '')) return undefined
  return at.toISOString()
}

const zoneOf = (zone: string): string =>
  /^(z|utc)$/i.test(zone)
    ? 'Z'
    : zone.replace(/^([+-]\d\d):?(\d\d)?$/, (_, hours, minutes) => `${hours}:${minutes ?? '00'}`)

const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec'

function instantOfArchive(given: string): string | undefined {
  const found = /^\s*[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) (\d\d:\d\d:\d\d) ([+-]\d{4}) (\d{4})\s*$/.exec(given)
  if (!found) return undefined
  const [, name = '', day, time, zone, year] = found
  const month = String(MONTHS.indexOf(name) / 3 + 1).padStart(2, '0')
  return instantOf(`${year}-${month}-${day} ${time}${zone}`)
}

/** Whether a day is in the calendar: Date reads 2026-02-30 as a day of March. */
const isDay = (day: string): boolean => {
  if (Number(day.slice(8)) <= 28) return true
  const at = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day)
}

function hashtagsOf(own: string, text: string, tags: readonly string[]): string[] {
  const given = own
    .toLowerCase()
    .split(/[\s,;#]+/)
    .filter(Boolean)
  if (given.length > 0) return given
  const written = new Set(Array.from(text.toLowerCase().matchAll(/(?<=[#＃])[\p{L}\p{N}_]+/gu), ({ 0: tag }) => tag))
  const contained = tags.filter((tag) => written.has(tag))
  return contained.length > 0 ? contained : tags.slice(0, 1)
}

const hash = (content: string): string => createHash('sha256').update(content).digest('hex').slice(0, 20)
