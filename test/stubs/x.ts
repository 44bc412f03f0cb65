import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface StubPost {
  id: string
  created_at: string
  text: string
  [field: string]: unknown
}

/** One answer in place of the next page. */
export interface Odd {
  status?: number
  headers?: Record<string, string>
  /** An object is sent as JSON, a text as it is. */
  body?: unknown
  hang?: true
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
  /** The query of each request. */
  asked: { path: string; query: Record<string, string>; authorization: string | undefined }[]
  /** Posts in an answer, included ones too: what X would bill. */
  billed: number
  stop(): Promise<void>
}

export async function startXStub(): Promise<XStub> {
  const server = createServer((request, response) => answer(stub, request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const stub: XStub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/2/`,
    posts: [],
    referenced: [],
    spelling: 'tweet',
    odd: [],
    oddCounts: [],
    asked: [],
    billed: 0,
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return stub
}

function answer(stub: XStub, request: IncomingMessage, response: ServerResponse) {
  const url = new URL(request.url ?? '', stub.url)
  const query = Object.fromEntries(url.searchParams)
  stub.asked.push({ path: url.pathname, query, authorization: request.headers.authorization })
  const isCount = url.pathname === '/2/tweets/counts/recent'
  const odd = (isCount ? stub.oddCounts : stub.odd).shift()
  if (odd?.hang) return
  if (odd) return send(response, odd.status ?? 200, odd.body, odd.headers)
  if (isCount) return send(response, 200, counted(stub, query))
  if (url.pathname === '/2/tweets/search/recent') return send(response, 200, found(stub, query))
  send(response, 404, problem('resource-not-found', 'Not Found Error'))
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

function send(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? {})
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers }).end(text)
}

/** A problem body of X's. */
export const problem = (type: string, title: string, detail = '') => ({
  type: `https://api.x.com/2/problems/${type}`,
  title,
  detail,
})
