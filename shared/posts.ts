import type { Readable } from 'node:stream'
import { parse } from 'csv-parse'
import { stringify } from 'csv-stringify/sync'
import { z } from 'zod'
import { BellwetherError } from './errors'
import type { Objects } from './objects'
import type { RunRecord } from './records'
import { lineBreaksOfSource, type TextEncoding, textOfSource } from './text/encoding'
import { lineBreaksBehind } from './text/line-breaks'
import { prefixOf } from './text/shown'
import { type LineBreaks, type PostText, type ShownText, withMark } from './text'

/** A post as it is stored: one row of `raw/…/posts-<n>.csv`. */
export const post = z.object({
  id: z.string().min(1),
  createdAt: z.iso.datetime(),
  authorId: z.string(),
  /** BCP 47, or empty where the source does not say. */
  language: z.string(),
  /** Id of the post that this one repeats, or empty. */
  retweetOf: z.string(),
  source: z.string(),
  /**
   * As the source wrote it, in the encoding that `run.json` names. Complete; for a retweet, the text of the repeated
   * post.
   */
  text: z.string(),
  /**
   * `yes` where the author disclosed that the post was paid for; posts of sources that cannot tell have no such field.
   */
  paidPartnership: z.enum(['yes', '']).optional(),
  /**
   * What its source calls the post, if not by its id: the network is asked by this name whether the post still exists.
   */
  sourceId: z.string().optional(),
})
export type Post = z.infer<typeof post>

/** A post of a run, with its text as people are shown it. */
export type CollectedPost = Post & PostText

/** The position of a post in time, then by id. Sorted as text, positions have the order of the posts. */
export const placeOf = ({ createdAt, id }: Pick<Post, 'createdAt' | 'id'>): string => `${createdAt} ${id}`

/** Whether the post is shown for its cascade rather than the other: an original before a retweet, then the earlier. */
export function isShownBefore(
  a: Pick<Post, 'id' | 'createdAt' | 'retweetOf'>,
  b: Pick<Post, 'id' | 'createdAt' | 'retweetOf'>,
): boolean {
  if ((a.retweetOf === '') !== (b.retweetOf === '')) return a.retweetOf === ''
  return placeOf(a) < placeOf(b)
}

/** What a deletion needs to recognise a post. */
export const traced = z.object({ id: z.string(), authorId: z.string(), retweetOf: z.string() })
export type PostTrace = z.infer<typeof traced>

/** Input that is not a valid post: which row, which field, and why. */
export interface RefusedInput {
  line: number
  field: string
  reason: string
  row: unknown
  /** What its source can read of it: empty where it cannot. */
  trace?: PostTrace
}

const COLUMNS: Record<keyof Post, string> = {
  id: 'id',
  createdAt: 'created_at',
  authorId: 'author_id',
  language: 'language',
  retweetOf: 'retweet_of',
  source: 'source',
  text: 'text',
  paidPartnership: 'paid_partnership',
  sourceId: 'source_id',
}
const OPTIONAL: ReadonlySet<string> = new Set<keyof Post>(['paidPartnership', 'sourceId'])

/**
 * RFC 4180, with a header. Columns that only some sources fill are last, and only where a post has one. Pages without
 * them keep the bytes of earlier releases, so a run that began before an upgrade finds its page unchanged.
 */
export const postsToCsv = (posts: readonly Post[]): string =>
  stringify([...posts], {
    header: true,
    record_delimiter: '\r\n',
    // The library quotes its own record delimiter, but a reader may take a lone line feed for one.
    quoted_match: /[\r\n]/,
    columns: Object.entries(COLUMNS)
      .filter(([key]) => !OPTIONAL.has(key) || posts.some((one) => Boolean(Reflect.get(one, key))))
      .map(([key, header]) => ({ key, header })),
  })

/** The posts of a run, page by page, decoded as its record says. */
export async function* postsOfRun(
  objects: Pick<Objects, 'stream'>,
  { objects: pages, textEncoding }: Pick<RunRecord, 'objects' | 'textEncoding'>,
): AsyncIterable<CollectedPost> {
  // Each row is new, and a copy of it costs more than the text function.
  const withShown = (row: Post) => Object.assign(row, { shown: shownPost(row, textEncoding) })
  for (const { key } of pages) yield* rowsOf(await objects.stream(key), withShown)
}

/** A post as people are shown it, from a page with this text encoding. */
export const shownPost = (post: Post, encoding: TextEncoding): ShownText =>
  marked(textOfSource(post.text, encoding).shown, post)

/** Where the lines of a post's shown text end. */
export function lineBreaksOfPost(post: Post, encoding: TextEncoding): LineBreaks | undefined {
  const breaks = lineBreaksOfSource(post.text, encoding)
  return post.paidPartnership === 'yes' ? lineBreaksBehind(prefixOf(PAID), breaks) : breaks
}

const marked = (shown: ShownText, { paidPartnership }: Post): ShownText =>
  paidPartnership === 'yes' ? withMark(shown, PAID) : shown

const PAID = 'paid_partnership'

/** The posts of a CSV of `postsToCsv`, one by one. OBJECT_INVALID names the line and the field of a bad row. */
export const postsFromCsv = (csv: Readable | string): AsyncIterable<Post> => rowsOf(csv, (one) => one)

async function* rowsOf<P extends Post>(csv: Readable | string, asRead: (row: Post) => P): AsyncIterable<P> {
  const byHeader = new Map(Object.entries(COLUMNS).map(([key, header]) => [header, key]))
  const parser = parse({
    columns: (headers: string[]) => headers.map((header) => byHeader.get(header) ?? header),
    bom: true,
    info: true,
  })
  if (typeof csv === 'string') parser.end(csv)
  else csv.on('error', (error) => parser.destroy(error)).pipe(parser)
  // With `info`, a record comes with the parser's position after it.
  for await (const { record, info } of parser as AsyncIterable<{ record: unknown; info: { lines: number } }>) {
    const parsed = post.safeParse(record)
    if (!parsed.success) {
      throw new BellwetherError('OBJECT_INVALID', `posts, line ${info.lines}: ${z.prettifyError(parsed.error)}`)
    }
    yield asRead(parsed.data)
  }
}
