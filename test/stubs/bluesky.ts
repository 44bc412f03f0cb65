import { type Answer, type Asked, departed, type Departed, startStub, type StubServer } from './server'

type Json = Record<string, unknown>

export interface PostView extends Json {
  uri: string
  record: Json
  indexedAt: string
}

export interface BlueskyStub extends StubServer {
  posts: PostView[]
  /** The search engine: offsets as cursors, or base64. */
  engine: 'old' | 'new'
  account: { identifier: string; password: string }
  /** The issued tokens; only the last one is valid, until it expires. */
  sessions: number
  /** The depth limit of a search. */
  depth: number
  hitsTotal: number | undefined
  gone: Departed
}

let serial = 0

/** A post written at an instant, indexed a second later. */
export function aPostView(createdAt: string, more: Json = {}): PostView {
  const rkey = `3l6ov${(serial++).toString(36).padStart(8, '0')}`
  const { record, author, ...rest } = more
  const indexed = Number.isNaN(Date.parse(createdAt)) ? '2026-06-02T12:00:00.000Z' : undefined
  return {
    uri: `at://did:plc:zyxw/app.bsky.feed.post/${rkey}`,
    cid: 'bafyrei',
    replyCount: 0,
    repostCount: 0,
    likeCount: 1,
    quoteCount: 0,
    indexedAt: indexed ?? new Date(Date.parse(createdAt) + 1000).toISOString(),
    labels: [],
    ...rest,
    author: {
      did: 'did:plc:zyxw',
      handle: 'ann.example',
      displayName: 'Ann',
      labels: [],
      ...(typeof author === 'object' ? author : {}),
    },
    record: {
      $type: 'app.bsky.feed.post',
      text: `Cold starts again ${rkey} #AWS`,
      createdAt,
      langs: ['en'],
      ...(typeof record === 'object' ? record : {}),
    },
  }
}

/** A stub of Bluesky's sign-in and search on 127.0.0.1, after its documentation. */
export async function startBluesky(port = 0): Promise<BlueskyStub> {
  const answer = ({ path, query, lists, headers, body }: Asked): Answer => {
    if (path === '/xrpc/com.atproto.server.createSession') {
      const { identifier, password } = stub.account
      if (body !== JSON.stringify({ identifier, password }))
        return error(401, 'AuthenticationRequired', 'Invalid identifier or password')
      stub.sessions += 1
      return { body: { did: 'did:plc:me', handle: identifier, accessJwt: `a.${stub.sessions}`, active: true } }
    }
    const isKnown = ['searchPosts', 'getPosts'].some((method) => path === `/xrpc/app.bsky.feed.${method}`)
    if (!isKnown) return error(501, 'MethodNotImplemented', 'Method Not Implemented')
    if (stub.sessions === 0 || headers.authorization !== `Bearer a.${stub.sessions}`)
      return error(401, 'AuthMissing', 'Authentication Required')
    return path.endsWith('getPosts') ? views(stub, lists.uris ?? []) : search(stub, query)
  }
  const server = await startStub(answer, port)
  const stub: BlueskyStub = Object.assign(server, {
    posts: [],
    engine: 'old' as const,
    account: { identifier: 'bw.example', password: 'abcd-efgh-ijkl-mnop' },
    sessions: 0,
    depth: 10_000,
    hitsTotal: undefined,
    gone: departed(),
  })
  return stub
}

export const error = (status: number, name: string, message: string): Answer => ({
  status,
  body: { error: name, message },
})

/** Posts that cannot be shown are left out, without tombstones. */
function views({ posts, gone }: BlueskyStub, uris: readonly string[]): Answer {
  if (uris.length > 25) return error(400, 'InvalidRequest', 'uris must not have more than 25 elements')
  const isShown = (uri: string) => uris.includes(uri) && !gone.deleted.has(uri) && !gone.suspended.has(uri)
  return { body: { posts: posts.filter(({ uri }) => isShown(uri)) } }
}

function search(stub: BlueskyStub, query: Record<string, string>): Answer {
  const limit = Number(query.limit ?? 25)
  if (!(limit >= 1 && limit <= 100)) return error(400, 'InvalidRequest', 'limit out of range')
  const offset = offsetIn(query.cursor, stub.engine)
  if (Number.isNaN(offset)) return error(400, 'InvalidRequest', 'Invalid cursor format')
  const found = stub.posts
    .map((post) => ({ post, at: sortAt(post) }))
    .filter(({ at }) => (query.since ?? '') <= at && at < (query.until ?? '9'))
    .sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0))
    .slice(0, stub.depth)
    .map(({ post }) => post)
  const page = found.slice(offset, offset + limit)
  const isLast = offset + limit >= found.length
  return {
    headers: { 'ratelimit-limit': '3000', 'ratelimit-remaining': '2990', 'ratelimit-policy': '3000;w=300' },
    body: {
      posts: page,
      ...(isLast ? {} : { cursor: cursorAt(offset + limit, stub.engine) }),
      ...(stub.hitsTotal === undefined ? {} : { hitsTotal: stub.hitsTotal }),
    },
  }
}

const cursorAt = (offset: number, engine: BlueskyStub['engine']): string =>
  engine === 'old' ? String(offset) : Buffer.from(JSON.stringify({ offset })).toString('base64')

function offsetIn(cursor: string | undefined, engine: BlueskyStub['engine']): number {
  if (cursor === undefined) return 0
  if (engine === 'old') return /^\d+$/.test(cursor) ? Number(cursor) : Number.NaN
  if (/^\d+$/.test(cursor)) return Number.NaN
  return (JSON.parse(Buffer.from(cursor, 'base64').toString()) as { offset: number }).offset
}

const sorted = new WeakMap<PostView, string>()

/** The earlier of the two times; an invalid time counts as the indexing time. */
function sortAt(post: PostView): string {
  const known = sorted.get(post)
  if (known !== undefined) return known
  const created = Date.parse(String(post.record.createdAt))
  const indexed = Date.parse(post.indexedAt)
  const at = new Date(Number.isNaN(created) ? indexed : Math.min(created, indexed)).toISOString()
  sorted.set(post, at)
  return at
}
