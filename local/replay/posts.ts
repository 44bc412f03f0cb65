import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { z } from 'zod'
import { readRow, type Row } from '../../shared/post-file/row'
import { rowsOf } from '../../shared/post-file/rows'
import { hashtag } from '../../shared/settings'
import { DAY_MS } from '../../shared/utc-day'

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

export interface PostsFile {
  /** In order of time. */
  posts: FilePost[]
  /** What could not be used, in words that name file, line and field. */
  refused: string[]
}

const labelOf = z
  .object({ label: z.union([z.string(), z.number(), z.boolean(), z.null()]).optional() })
  .transform(({ label }) => String(label ?? '').trim())
  .pipe(z.string().max(256))

const fieldsOf = z.record(z.string(), z.unknown())

/** The day that a file without dates begins at. */
const FIRST_DAY = Date.parse('2026-06-01T00:00:00Z')

/** Whose posts a file without hashtags has, where the configuration does not say. */
const NO_HASHTAG = 'posts'

export interface ReadOptions {
  /** How many posts make a day where no row has a date. */
  perDay?: number | undefined
  /** Where a row without a hashtag may belong: to those in its text, or else to the first. */
  tags?: readonly string[] | undefined
}

/**
 * Read a .jsonl or .csv file of posts, as the collector does, and their labels beside it. Where no row has a date,
 * `perDay` posts make a day. A bad row is refused by file, line and field; the good ones go on.
 */
export async function readPosts(
  file: string,
  { perDay = 100, tags = [NO_HASHTAG] }: ReadOptions = {},
): Promise<PostsFile> {
  const refused: string[] = []
  const refuse = (line: number, why: string) => void refused.push(`${file}:${line}: ${why}`)
  const rows: GoodRow[] = []
  for await (const { line, value, problem } of rowsOf(file, async () => createReadStream(file))) {
    const row = fieldsOf.safeParse(value)
    if (problem !== undefined) refuse(line, problem)
    else if (row.success) rows.push({ line, value: row.data })
    else refuse(line, 'is not an object')
  }

  const dated = rows.some(({ value }) => dateIn(value))
  const posts: FilePost[] = []
  let undated = 0
  for (const { line, value } of rows) {
    if (dated && !dateIn(value)) {
      refuse(line, 'createdAt: is missing, and other rows have one')
      continue
    }
    const createdAt = new Date(FIRST_DAY + Math.floor((undated * DAY_MS) / perDay)).toISOString()
    const row = readRow(dated ? value : { ...value, createdAt }, line, file, tags)
    const label = labelOf.safeParse(value)
    if ('reason' in row) refuse(line, `${row.field}: ${row.reason}`)
    else if (!label.success) refuse(line, 'label: is not a text of up to 256 characters')
    else {
      const bad = row.hashtags.find((tag) => !hashtag.safeParse(tag).success)
      if (bad !== undefined)
        refuse(line, `hashtag: "${bad}" is none: letters, digits and underscores, not digits alone`)
      else {
        undated += 1
        posts.push(...row.hashtags.map((tag) => postOf(row, tag, label.data)))
      }
    }
  }
  posts.sort((a, b) => (a.createdAt === b.createdAt ? 0 : a.createdAt < b.createdAt ? -1 : 1))
  return { posts, refused }
}

function postOf({ post, line }: Row, tag: string, label: string): FilePost {
  const { id, createdAt, text, authorId, language, retweetOf } = post
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

interface GoodRow {
  line: number
  value: Record<string, unknown>
}

const dateIn = ({ createdAt, created_at }: Record<string, unknown>): unknown => createdAt || created_at
