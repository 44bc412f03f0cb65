import { createHash } from 'node:crypto'
import { z } from 'zod'
import { placeOf, type Post, type Refused } from '../posts'

/** A post in a user's file. */
export interface Row {
  post: Post
  hashtags: string[]
  line: number
}

/** A row that is no post; with `createdAt` where at least that can be read. */
export interface RefusedRow extends Refused {
  createdAt: string | undefined
  hashtags: string[]
}

const optional = z.union([z.string(), z.number(), z.null()]).optional()
const fields = z.object({
  createdAt: optional,
  created_at: optional,
  text: optional,
  id: optional,
  hashtag: optional,
  author: optional,
  authorId: optional,
  author_id: optional,
  language: optional,
  lang: optional,
  retweetOf: optional,
  retweet_of: optional,
})

/**
 * Read a row of a JSON Lines or CSV file. It belongs to its own `hashtag`; without one, to each of `tags` that its text
 * has as a hashtag; without any, to the first of `tags`. A row without an id gets `''` here, and an id in `named`.
 */
export function readRow(value: unknown, line: number, source: string, tags: readonly string[]): Row | RefusedRow {
  const parsed = fields.safeParse(value)
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!
    return refusal(
      value,
      line,
      path.join('.') || 'row',
      path.length > 0 ? message : 'is not an object',
      undefined,
      tags,
    )
  }
  const given = parsed.data
  const text = String(given.text ?? '')
  const createdAt = instantOf(given.createdAt ?? given.created_at)
  const hashtags = hashtagsOf(String(given.hashtag ?? ''), text, tags)
  const refuse = (field: string, reason: string) => refusal(value, line, field, reason, createdAt, hashtags)

  if (createdAt === undefined) return refuse('createdAt', 'is not a date as in 2026-11-21T08:30:00Z')
  if (text.trim() === '') return refuse('text', 'is empty')
  for (const [field, id] of [
    ['id', given.id],
    ['author', given.author ?? given.authorId ?? given.author_id],
    ['retweetOf', given.retweetOf ?? given.retweet_of],
  ] as const) {
    if (typeof id === 'number' && !Number.isSafeInteger(id))
      return refuse(field, 'is too long for a number: put it in quotes')
    if (/\p{Cc}/u.test(String(id ?? ''))) return refuse(field, 'holds a control character')
  }
  return {
    line,
    hashtags,
    post: {
      id: String(given.id ?? '').trim(),
      createdAt,
      authorId: String(given.author ?? given.authorId ?? given.author_id ?? ''),
      language: String(given.language ?? given.lang ?? ''),
      retweetOf: String(given.retweetOf ?? given.retweet_of ?? ''),
      source,
      text,
    },
  }
}

/**
 * Rows in order of time, each with an id. A row without one gets a hash of its content and of its number among equal
 * rows, so that the same file gives the same ids. Of two rows with one id, the first in the file stays.
 */
export function named(rows: readonly Row[]): { posts: Post[]; refused: Refused[] } {
  const equals = new Map<string, number>()
  const lines = new Map<string, number>()
  const posts: Post[] = []
  const refused: Refused[] = []
  for (const { post, line } of rows) {
    const content = JSON.stringify([post.createdAt, post.authorId, post.text])
    const nth = (equals.get(content) ?? 0) + 1
    equals.set(content, nth)
    const id = post.id || hash(`${content} ${nth}`)
    const earlier = lines.get(id)
    if (earlier !== undefined) {
      refused.push({ line, field: 'id', reason: `stands in line ${earlier} already`, row: { ...post, id } })
      continue
    }
    lines.set(id, line)
    posts.push({ ...post, id })
  }
  return { posts: posts.sort((a, b) => order(placeOf(a), placeOf(b))), refused }
}

const order = (a: string, b: string) => (a < b ? -1 : 1)

const refusal = (
  row: unknown,
  line: number,
  field: string,
  reason: string,
  createdAt: string | undefined,
  hashtags: readonly string[],
): RefusedRow => ({ line, field, reason, row: withoutLabel(row), createdAt, hashtags: [...hashtags] })

/** Only simulated annotators may see the labels of a file. */
function withoutLabel(row: unknown): unknown {
  if (row === null || typeof row !== 'object' || Array.isArray(row)) return row
  const { label: _, ...rest } = row as Record<string, unknown>
  return rest
}

/** An ISO 8601 date, or date and time; UTC without a zone. */
function instantOf(given: string | number | null | undefined): string | undefined {
  const found = /^\s*(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)\s*(Z|[+-]\d\d:?\d\d)?)?\s*$/i.exec(
    String(given ?? ''),
  )
  if (!found) return undefined
  const [, day, time = '00:00', zone = 'Z'] = found
  const at = new Date(`${day}T${time}${zone.toUpperCase().replace(/^([+-]\d\d)(\d\d)$/, '$1:$2')}`)
  // Date takes 2026-02-30 for a day of March.
  if (Number.isNaN(at.getTime()) || !isDay(day!)) return undefined
  return at.toISOString()
}

const isDay = (day: string): boolean => {
  const at = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day)
}

function hashtagsOf(own: string, text: string, tags: readonly string[]): string[] {
  const given = own
    .toLowerCase()
    .split(/[\s,;#]+/)
    .filter(Boolean)
  if (given.length > 0) return given
  const written = new Set(Array.from(text.toLowerCase().matchAll(/[#＃]([\p{L}\p{N}_]+)/gu), ([, tag]) => tag!))
  const contained = tags.filter((tag) => written.has(tag))
  return contained.length > 0 ? contained : tags.slice(0, 1)
}

const hash = (content: string): string => createHash('sha256').update(content).digest('hex').slice(0, 20)
