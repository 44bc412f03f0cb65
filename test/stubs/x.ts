import { type Answer, type Asked, type Odd, startStub } from './server'

export interface StubPost {
  id: string
  created_at: string
  text: string
  [field: string]: unknown
}

/** X's recent search and counts, as far as X documents them, over posts that a test gives. */
export interface XStub {
  url: string
  posts: StubPost[]
  /** Posts that others refer to; they come in `includes` when asked for. */
  referenced: StubPost[]
  /** How fields are called: `tweet` or `post`. */
  spelling: 'tweet' | 'post'
  /** Answers to come before any other, in order, for searches. */
  odd: Odd[]
  oddCounts: Odd[]
  asked: Asked[]
  /** Posts in an answer, included ones too: what X would bill. */
  billed: number
  stop(): Promise<void>
}

const SEARCH = '/2/tweets/search/recent'
const COUNTS = '/2/tweets/counts/recent'

export async function startXStub(): Promise<XStub> {
  const server = await startStub((asked) => answer(stub, asked))
  const stub: XStub = {
    url: `${server.url}/2/`,
    posts: [],
    referenced: [],
    spelling: 'tweet',
    billed: 0,
    get odd() {
      return server.odd[SEARCH] ?? []
    },
    set odd(answers) {
      server.odd[SEARCH] = answers
    },
    get oddCounts() {
      return server.odd[COUNTS] ?? []
    },
    set oddCounts(answers) {
      server.odd[COUNTS] = answers
    },
    get asked() {
      return server.asked
    },
    set asked(requests) {
      server.asked = requests
    },
    stop: server.stop,
  }
  return stub
}

function answer(stub: XStub, { path, query }: Asked): Answer {
  if (path === COUNTS) return { body: counted(stub, query) }
  if (path === SEARCH) return { body: found(stub, query) }
  return { status: 404, body: problem('resource-not-found', 'Not Found Error') }
}

function found(stub: XStub, query: Record<string, string>) {
  const most = Number(query.max_results ?? 10)
  if (most < 10 || most > 100) throw new Error(`max_results ${most}`)
  const all = inWindow(stub, query)
  const offset = query.next_token ? Number.parseInt(query.next_token, 32) : 0
  const data = all.slice(offset, offset + most)
  const wanted = new Set(
    query.expansions === 'referenced_tweets.id'
      ? data.flatMap((post) => ((post.referenced_tweets ?? []) as { id: string }[]).map(({ id }) => id))
      : [],
  )
  const included = stub.referenced.filter(({ id }) => wanted.has(id))
  stub.billed += data.length + included.length
  const meta = {
    result_count: data.length,
    ...(data.length > 0 ? { newest_id: data[0]!.id, oldest_id: data.at(-1)!.id } : {}),
    ...(offset + most < all.length ? { next_token: (offset + most).toString(32) } : {}),
  }
  return {
    ...(data.length > 0 ? { data: data.map((post) => spelled(stub, post)) } : {}),
    ...(included.length > 0
      ? { includes: { [`${stub.spelling}s`]: included.map((post) => spelled(stub, post)) } }
      : {}),
    meta,
  }
}

const counted = (stub: XStub, query: Record<string, string>) => ({
  data: [],
  meta: { [`total_${stub.spelling}_count`]: inWindow(stub, query).length },
})

/** Newest first; the start belongs to the window, the end does not. */
const inWindow = ({ posts }: XStub, { start_time: from = '', end_time: to = '' }: Record<string, string>) =>
  posts
    .filter(({ created_at: at }) => Date.parse(from) <= Date.parse(at) && Date.parse(at) < Date.parse(to))
    .sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? 1 : -1))

const spelled = ({ spelling }: XStub, post: StubPost) =>
  Object.fromEntries(Object.entries(post).map(([field, value]) => [field.replace('tweet', spelling), value]))

/** A problem body of X's. */
export const problem = (type: string, title: string, detail = '') => ({
  type: `https://api.x.com/2/problems/${type}`,
  title,
  detail,
})
