import { type Answer, type Asked, departed, type Departed, type Odd, startStub } from './server'

export interface StubPost {
  id: string
  created_at: string
  text: string
  [field: string]: unknown
}

/** A stub of X's recent search and counts over the posts of a test, after X's documentation. */
export interface XStub {
  url: string
  posts: StubPost[]
  /** Posts that others refer to; they are returned in `includes` on request. */
  referenced: StubPost[]
  /** The spelling of field names: `tweet` or `post`. */
  spelling: 'tweet' | 'post'
  /** Responses to the next searches, in order. */
  odd: Odd[]
  oddCounts: Odd[]
  asked: Asked[]
  /** Returned posts, including `includes`: what X would bill. */
  billed: number
  /** Post ids. */
  gone: Departed
  /** The states of a compliance job, one per request; undefined when the account may not create one. */
  jobStates: string[] | undefined
  /** The next responses, by path. */
  oddBy: Record<string, Odd[]>
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
    gone: departed(),
    jobStates: ['in_progress', 'complete'],
    oddBy: server.odd,
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

function answer(stub: XStub, asked: Asked): Answer {
  const { path, query } = asked
  if (path === '/2/tweets') return { body: lookedUp(stub, (query.ids ?? '').split(',')) }
  const ofJob = compliance(stub, asked)
  if (ofJob) return ofJob
  if (path === COUNTS) return { body: counted(stub, query) }
  if (path === SEARCH) return { body: found(stub, query) }
  return { status: 404, body: problem('resource-not-found', 'Not Found Error') }
}

/** Missing posts are returned as errors, and are not billed. */
function lookedUp(stub: XStub, ids: readonly string[]) {
  const { deleted, suspended } = stub.gone
  const data = stub.posts.filter(({ id }) => ids.includes(id) && !deleted.has(id) && !suspended.has(id))
  stub.billed += data.length
  const errorsOf = (gone: ReadonlySet<string>, type: string) =>
    ids.filter((id) => gone.has(id)).map((id) => ({ ...problem(type, 'Not Found Error'), resource_id: id, value: id }))
  const errors = [...errorsOf(deleted, 'resource-not-found'), ...errorsOf(suspended, 'not-authorized-for-resource')]
  return { ...(data.length > 0 ? { data } : {}), ...(errors.length > 0 ? { errors } : {}) }
}

/** A batch compliance job; its storage has separate addresses and takes no bearer token. */
function compliance(stub: XStub, { path, method, headers, body }: Asked): Answer | undefined {
  const isStorage = path.startsWith('/storage/')
  if (isStorage && headers.authorization !== undefined) return { status: 403, body: '<Error>AccessDenied</Error>' }
  if (path === '/storage/up' && method === 'PUT') {
    uploaded.set(stub, body.split('\n'))
    return { body: '' }
  }
  if (path === '/storage/down') {
    const lines = (ids: Iterable<string>, reason: string) =>
      [...ids]
        .filter((id) => uploaded.get(stub)?.includes(id))
        .map((id) => JSON.stringify({ id, action: 'delete', reason }))
    return { body: [...lines(stub.gone.deleted, 'deleted'), ...lines(stub.gone.suspended, 'suspended')].join('\n') }
  }
  if (!path.startsWith('/2/compliance/jobs')) return undefined
  if (!stub.jobStates) return { status: 403, body: problem('client-forbidden', 'Client Forbidden') }
  const storage = stub.url.replace('/2/', '/storage/')
  const status = method === 'POST' ? 'created' : (stub.jobStates.shift() ?? 'complete')
  return {
    body: { data: { id: 'job', type: 'tweets', status, upload_url: `${storage}up`, download_url: `${storage}down` } },
  }
}
const uploaded = new WeakMap<XStub, string[]>()

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

/** Newest first; the window includes its start and excludes its end. */
const inWindow = ({ posts }: XStub, { start_time: from = '', end_time: to = '' }: Record<string, string>) =>
  posts
    .filter(({ created_at: at }) => Date.parse(from) <= Date.parse(at) && Date.parse(at) < Date.parse(to))
    .sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? 1 : -1))

const spelled = ({ spelling }: XStub, post: StubPost) =>
  Object.fromEntries(Object.entries(post).map(([field, value]) => [field.replace('tweet', spelling), value]))

/** A problem body of X. */
export const problem = (type: string, title: string, detail = '') => ({
  type: `https://api.x.com/2/problems/${type}`,
  title,
  detail,
})
