import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { parse } from 'csv-parse'
import { z } from 'zod'
import { linesOf } from '../../shared/lines'

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

const text = z
  .union([z.string(), z.number()])
  .refine((value) => typeof value === 'string' || Number.isSafeInteger(value), {
    message: 'is a number too long to be read exactly: write it as a string',
  })
  .transform(String)
const row = z.object({
  createdAt: z.string().optional(),
  text: z.string().min(1),
  id: text.optional(),
  hashtag: z
    .string()
    .transform((tag) => tag.replace(/^#/, '').toLowerCase())
    .optional(),
  author: text.optional(),
  language: z.string().optional(),
  retweetOf: text.optional(),
  label: z.string().optional(),
})

/** The day that a file without dates begins at. */
const FIRST_DAY = Date.parse('2026-06-01T00:00:00Z')
const DAY_MS = 86_400_000

/**
 * Read a .jsonl or .csv file of posts (`createdAt`, `text`, optionally `id`, `hashtag`, `author`, `label`). Where no row
 * has a date, `perDay` posts make a day. A bad row is refused by file, line and field; the good ones go on.
 */
export async function readPosts(file: string, perDay?: number): Promise<PostsFile> {
  const refused: string[] = []
  const rows: (z.infer<typeof row> & { line: number })[] = []
  for await (const { line, value, problem } of rawRows(file)) {
    const parsed = problem ? undefined : row.safeParse(value)
    if (parsed?.success) rows.push({ ...parsed.data, line })
    else refused.push(`${file}:${line}: ${problem ?? fieldsOf(parsed!.error)}`)
  }

  const dated = rows.some(({ createdAt }) => createdAt)
  const perDayGiven = perDay ?? 100
  const posts: FilePost[] = []
  for (const { line, createdAt, text: body, id, hashtag, author, language, retweetOf, label } of rows) {
    const at = dated ? timeOf(createdAt) : FIRST_DAY + Math.floor((posts.length * DAY_MS) / perDayGiven)
    if (at === undefined) {
      refused.push(
        `${file}:${line}: createdAt: ${createdAt ? `"${createdAt}" is no date` : 'is missing, and other rows have one'}`,
      )
      continue
    }
    posts.push({
      id: id ?? createHash('sha256').update(`${line}\n${body}`).digest('hex').slice(0, 16),
      createdAt: new Date(at).toISOString(),
      text: body,
      hashtag: hashtag ?? 'posts',
      author: author ?? '',
      ...(language ? { language } : {}),
      ...(retweetOf ? { retweetOf } : {}),
      ...(label ? { label } : {}),
    })
  }
  posts.sort((a, b) => (a.createdAt === b.createdAt ? 0 : a.createdAt < b.createdAt ? -1 : 1))
  return { posts, refused }
}

interface RawRow {
  line: number
  value?: unknown
  problem?: string
}

async function* rawRows(file: string): AsyncIterable<RawRow> {
  if (file.endsWith('.csv')) {
    yield* csvRows(file)
    return
  }
  let line = 0
  for await (const json of linesOf(createReadStream(file))) {
    line += 1
    if (!json.trim()) continue
    try {
      yield { line, value: JSON.parse(json) as unknown }
    } catch {
      yield { line, problem: 'is not JSON' }
    }
  }
}

async function* csvRows(file: string): AsyncIterable<RawRow> {
  const broken: RawRow[] = []
  const parser = createReadStream(file).pipe(
    parse({
      columns: true,
      bom: true,
      info: true,
      relax_column_count: true,
      relax_quotes: true,
      skip_records_with_error: true,
      on_skip: (error) => void broken.push({ line: Number(error?.lines ?? 0), problem: error?.message ?? 'is no CSV' }),
    }),
  )
  // With `info` each record comes with where it stood.
  for await (const { record, info } of parser as AsyncIterable<{
    record: Record<string, string>
    info: { lines: number }
  }>) {
    const value = Object.fromEntries(Object.entries(record).filter(([, field]) => field !== ''))
    yield { line: info.lines, value: { ...value, createdAt: value.createdAt ?? value.created_at } }
  }
  yield* broken
}

const timeOf = (text: string | undefined): number | undefined => {
  const at = Date.parse(text ?? '')
  return Number.isNaN(at) ? undefined : at
}

const fieldsOf = (error: z.ZodError): string =>
  error.issues.map(({ path, message }) => `${path.join('.') || 'the row'}: ${message}`).join('; ')
