import { type Answer, type Asked, departed, type Departed, startStub, type StubServer } from './server'

type Json = Record<string, unknown>

interface Hit extends Json {
  objectID: string
  created_at_i: number
}

export interface HackerNewsStub extends StubServer {
  /** Hits of the query. */
  hits: Hit[]
  /** Items of any query; the newest one shows how far the index has come. */
  others: Hit[]
  exhaustive: boolean
  /** Item ids: a dead item is hidden without being deleted. */
  gone: Departed
}

let serial = 40_000_000

/** A comment written at an instant. */
export function aComment(at: string, more: Json = {}): Hit {
  const objectID = String(serial++)
  return {
    objectID,
    author: 'pg',
    created_at: at.replace('.000Z', 'Z'),
    created_at_i: Math.floor(Date.parse(at) / 1000),
    title: null,
    url: null,
    story_text: null,
    comment_text: `Cold starts on aws again, ${objectID}`,
    story_id: 1,
    story_title: 'Cold starts',
    parent_id: 1,
    points: null,
    num_comments: null,
    _tags: ['comment', 'author_pg', 'story_1'],
    _highlightResult: {},
    ...more,
  }
}

/** A stub of Algolia's search of Hacker News on 127.0.0.1, after its documentation. */
export async function startHackerNews(port = 0): Promise<HackerNewsStub> {
  const server = await startStub((asked) => {
    const [, id] = /^\/item\/(\d+)\.json$/.exec(asked.path) ?? []
    return id === undefined ? found(stub, asked) : item(stub, id)
  }, port)
  const stub: HackerNewsStub = Object.assign(server, { hits: [], others: [], exhaustive: true, gone: departed() })
  return stub
}

function item({ gone }: HackerNewsStub, id: string): Answer {
  const own = { id: Number(id), type: 'comment' }
  if (gone.deleted.has(id)) return { body: { ...own, deleted: true } }
  return { body: gone.suspended.has(id) ? { ...own, dead: true } : own }
}

function found({ hits, others, exhaustive }: HackerNewsStub, { path, query }: Asked): Answer {
  if (path !== '/search_by_date') return { status: 404, body: { message: 'Not Found' } }
  const size = Number(query.hitsPerPage ?? 20)
  const bounds = [...(query.numericFilters ?? '').matchAll(/created_at_i(>=|<)(\d+)/g)]
  const within = ({ created_at_i: at }: Hit) =>
    bounds.every(([, operator, bound]) => (operator === '<' ? at < Number(bound) : at >= Number(bound)))
  const all = (query.query === undefined ? [...hits, ...others] : hits)
    .filter(within)
    .sort((a, b) => b.created_at_i - a.created_at_i || Number(b.objectID) - Number(a.objectID))
  const offset = Number(query.page ?? 0) * size
  const rest = { page: Number(query.page ?? 0), hitsPerPage: size, query: query.query ?? '', params: '' }
  if (offset + size > 1000)
    return { body: { hits: [], nbHits: 0, message: 'you can only fetch the 1000 hits for this query', ...rest } }
  return {
    body: {
      hits: all.slice(offset, offset + size),
      nbHits: all.length,
      nbPages: Math.ceil(all.length / Math.max(1, size)),
      exhaustiveNbHits: exhaustive,
      processingTimeMS: 1,
      ...rest,
    },
  }
}
