import { z } from 'zod'
import { BellwetherError } from '../../../../shared/errors'
import type { Post } from '../../../../shared/posts'
import { loose, readRows, type TraceRow } from '../rows'
import type { SourcePage } from '../source'

// X says tweet or post, depending on the request and on the age of the endpoint: both are read.

const references = z.array(z.object({ type: z.string(), id: z.string() })).optional()
const ids = z.array(z.string().regex(/^\d{1,19}$/)).optional()
const longText = z.object({ text: z.string() }).optional()
const xPost = z.object({
  id: z.string().regex(/^\d{1,19}$/, 'is not the id of a post'),
  text: z.string(),
  created_at: z.iso.datetime(),
  author_id: z.string().default(''),
  lang: z.string().default(''),
  paid_partnership: z.boolean().nullish(),
  note_tweet: longText,
  note_post: longText,
  referenced_tweets: references,
  referenced_posts: references,
  edit_history_tweet_ids: ids,
  edit_history_post_ids: ids,
})
type XPost = z.infer<typeof xPost>

const included = z.object({ id: z.string(), text: z.string(), note_tweet: longText, note_post: longText })
const problem = z.object({
  title: z.string().optional(),
  detail: z.string().optional(),
  type: z.string().optional(),
  /** Set where the problem is about a single post. */
  resource_id: z.unknown().optional(),
  value: z.unknown().optional(),
})
const searchBody = z.object({
  data: z.array(z.unknown()).optional(),
  includes: z.object({ tweets: z.array(z.unknown()).optional(), posts: z.array(z.unknown()).optional() }).optional(),
  errors: z.array(z.unknown()).optional(),
  meta: z.object({ result_count: z.int().optional(), next_token: z.string().optional() }).optional(),
})
const countBody = z.object({
  meta: z.object({ total_tweet_count: z.int().optional(), total_post_count: z.int().optional() }),
})

/**
 * Where the next page begins: X's token, and the oldest id that was read, because pages may overlap. `idle` counts the
 * pages in a row without an older post.
 */
const place = z.object({ token: z.string(), below: z.string(), idle: z.int().nonnegative().default(0) })
type Place = z.infer<typeof place>

/** Pages in a row without an older post after which a search is given up: each is a request, and may be paid for. */
const MOST_IDLE = 10
const HIGHEST_ID = '9223372036854775807'

export const readPlace = (next: string | null): Place | undefined =>
  next === null ? undefined : place.parse(JSON.parse(next))

/**
 * A page of recent search, newest first. A retweet has the text of the post that it repeats; of an edited post the last
 * version counts. `costUsd` counts every post in the response once, included posts too. A body without posts and
 * without `meta` raises SOURCE_UNAVAILABLE, which says what it holds instead.
 */
export function readXPage(
  body: unknown,
  source: string,
  after: Place | undefined,
  pricePerPostUsd: number,
): SourcePage {
  const parsed = searchBody.safeParse(body)
  if (!parsed.success) throw unreadable(z.prettifyError(parsed.error))
  const { data = [], includes, meta } = parsed.data
  const errors = (parsed.data.errors ?? []).map(readProblem)
  if (data.length === 0 && !meta) throw unreadable(errors.map(inWords).join('; ') || 'neither data nor meta')

  const { good, refused } = readRows(data, xPost, traceOf)
  // Where the full text of the repeated post is missing, the post still has its own text.
  const others = [...(includes?.tweets ?? []), ...(includes?.posts ?? [])].flatMap(
    (other) => included.safeParse(other).data ?? [],
  )
  const texts = new Map(others.map((other) => [other.id, textOf(other)]))
  const outdated = new Set(good.flatMap((post) => historyOf(post).filter((id) => BigInt(id) < BigInt(post.id))))

  const posts = new Map<string, Post>()
  for (const post of good) {
    const isRepeated = after !== undefined && BigInt(post.id) >= BigInt(after.below)
    if (isRepeated || outdated.has(post.id)) continue
    posts.set(post.id, asPost(post, source, texts))
  }
  const oldest = good.reduce<XPost | undefined>((a, b) => (a && BigInt(a.id) <= BigInt(b.id) ? a : b), undefined)
  const token = meta?.next_token
  const below = oldest?.id ?? after?.below ?? HIGHEST_ID
  const idle = oldest && BigInt(oldest.id) < BigInt(after?.below ?? HIGHEST_ID) ? 0 : (after?.idle ?? 0) + 1
  const stopped = token === undefined ? undefined : standstill(source, token, after, idle, good.length)
  const paid = new Set([...good.map(({ id }) => id), ...texts.keys()]).size + refused.length
  return {
    posts: [...posts.values()],
    refused,
    read: data.length,
    costUsd: Math.round(paid * pricePerPostUsd * 1e6) / 1e6,
    next: token === undefined || stopped ? null : JSON.stringify({ token, below, idle } satisfies Place),
    reached: oldest ? new Date(oldest.created_at).toISOString() : null,
    partialErrors: errors.map(inWords),
    ...(stopped ? { stopped } : {}),
  }
}

const looseReferences = z
  .array(z.object({ type: loose, id: loose }))
  .optional()
  .catch(undefined)
const traced = z.object({
  id: loose,
  author_id: loose,
  referenced_tweets: looseReferences,
  referenced_posts: looseReferences,
})

const traceOf: TraceRow = (row) => {
  const { id, author_id: authorId, ...others } = traced.safeParse(row).data ?? {}
  const references = others.referenced_tweets ?? others.referenced_posts
  return { id, authorId, retweetOf: references?.find(({ type }) => type === 'retweeted')?.id }
}

/** Why reading on is useless, if it is: X has returned the same token again and again, and billed each page. */
function standstill(source: string, token: string, after: Place | undefined, idle: number, posts: number) {
  if (idle === 0) return undefined
  if (posts > 0) return `a page of ${source} that repeats earlier ones`
  return token === after?.token || idle >= MOST_IDLE ? `pages of ${source} that lead nowhere` : undefined
}

/** How many posts X says there are, if it says. */
export function readCount(body: unknown): number | undefined {
  const parsed = countBody.safeParse(body)
  return parsed.success ? (parsed.data.meta.total_tweet_count ?? parsed.data.meta.total_post_count) : undefined
}

export const readProblem = (body: unknown): z.infer<typeof problem> => problem.safeParse(body).data ?? {}

function asPost(post: XPost, source: string, texts: ReadonlyMap<string, string>): Post {
  const retweetOf =
    (post.referenced_tweets ?? post.referenced_posts)?.find(({ type }) => type === 'retweeted')?.id ?? ''
  return {
    id: post.id,
    createdAt: new Date(post.created_at).toISOString(),
    authorId: post.author_id,
    language: isLanguage(post.lang) ? post.lang : '',
    retweetOf,
    source,
    text: texts.get(retweetOf) ?? textOf(post),
    ...(post.paid_partnership ? { paidPartnership: 'yes' } : {}),
  }
}

/** Posts of more than 280 characters have their text in another field. */
const textOf = (post: Pick<XPost, 'text' | 'note_tweet' | 'note_post'>): string =>
  post.note_tweet?.text ?? post.note_post?.text ?? post.text

const historyOf = (post: XPost): string[] => post.edit_history_tweet_ids ?? post.edit_history_post_ids ?? []

/** `und` is undetermined; `zxx` and the q… codes mark posts without words. */
const isLanguage = (code: string): boolean => !/^(und|zxx|q[a-z]{2})$/.test(code)

/**
 * The words of a problem go to the log. `detail` names the post, so it is left out where the problem is about a single
 * post.
 */
const inWords = ({ title, detail, type, resource_id: post, value }: z.infer<typeof problem>): string =>
  [title, post === undefined && value === undefined ? detail : undefined, type].filter(Boolean).join(', ')

const unreadable = (what: string) =>
  new BellwetherError('SOURCE_UNAVAILABLE', `X returned a malformed search response: ${what}`)
