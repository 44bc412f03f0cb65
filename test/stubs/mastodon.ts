import { type Answer, type Asked, departed, type Departed, startStub, type StubServer } from './server'

type Json = Record<string, unknown>

/** A post in the form of Mastodon's API, with all the usual fields. */
export interface Status extends Json {
  id: string
  uri: string
  created_at: string
  account: Json
}

export interface MastodonStub extends StubServer {
  /** The posts in any order; the timeline sorts them by id. */
  statuses: Status[]
  /** A generated timeline in place of `statuses`: the posts below an id, newest first. */
  page: ((below: string | undefined, limit: number) => Status[]) | undefined
  /** The body of `/api/v2/instance`; undefined when the server has none. */
  instance: Json | undefined
  /** The largest page, whatever limit is requested. */
  most: number
  /** The token that every request needs. */
  token: string | undefined
  /** Every nth request is refused by the rate limit; 0 for none. */
  limitEvery: number
  /** Ids of posts that are no longer shown. The instance is also their authors' server. */
  gone: Departed
  /** Whether posts can be requested in batches, as since Mastodon 4.3. */
  hasBatches: boolean
  now: () => number
}

let serial = 0

/** Mastodon's own id for an instant. */
export const idAt = (at: string, sequence = serial++ % 65_536): string =>
  String((BigInt(Date.parse(at)) << 16n) | BigInt(sequence))

/** A post written, and received, at an instant. */
export function aStatus(created_at: string, more: Json = {}): Status {
  const id = typeof more.id === 'string' ? more.id : idAt(created_at)
  const { account, ...rest } = more
  return {
    id,
    created_at,
    edited_at: null,
    in_reply_to_id: null,
    in_reply_to_account_id: null,
    sensitive: false,
    spoiler_text: '',
    visibility: 'public',
    language: 'en',
    uri: `https://b.example/users/bob/statuses/${id}`,
    url: `https://b.example/@bob/${id}`,
    replies_count: 0,
    reblogs_count: 2,
    favourites_count: 5,
    quotes_count: 0,
    content: `<p>Cold starts again ${id} <a href="https://a.example/tags/AWS" class="mention hashtag" rel="tag">#<span>AWS</span></a></p>`,
    reblog: null,
    quote: null,
    application: null,
    media_attachments: [],
    mentions: [],
    emojis: [],
    card: null,
    poll: null,
    tags: [{ name: 'AWS', url: 'https://a.example/tags/AWS' }],
    ...rest,
    account: {
      id: '10923',
      username: 'bob',
      acct: 'bob@b.example',
      url: 'https://b.example/@bob',
      uri: 'https://b.example/users/bob',
      display_name: 'Bob',
      locked: false,
      bot: false,
      discoverable: true,
      indexable: true,
      note: '<p>infra</p>',
      fields: [],
      emojis: [],
      created_at: '2023-01-02T00:00:00.000Z',
      ...(typeof account === 'object' ? account : {}),
    },
  }
}

export const INSTANCE = {
  domain: 'a.example',
  version: '4.5.2',
  source_url: 'https://github.com/mastodon/mastodon',
  api_versions: { mastodon: 7 },
  configuration: { timelines_access: { hashtag_feeds: { local: 'public', remote: 'public' } } },
}

/** A stub of a Mastodon instance with hashtag timelines on 127.0.0.1, after its documentation. */
export async function startMastodon(port = 0): Promise<MastodonStub> {
  let requests = 0
  const answer = (asked: Asked): Answer => {
    requests += 1
    if (stub.limitEvery > 0 && requests % stub.limitEvery === 0) {
      const reset = new Date(stub.now() + 60_000).toISOString().replace('Z', '000Z')
      return { status: 429, headers: { 'x-ratelimit-reset': reset }, body: { error: 'Too many requests' } }
    }
    if (
      asked.path.startsWith('/api/') &&
      stub.token !== undefined &&
      asked.headers.authorization !== `Bearer ${stub.token}`
    )
      return { status: 422, body: { error: 'This method requires an authenticated user' } }
    if (asked.path === '/api/v2/instance') return stub.instance ? { body: stub.instance } : NOT_FOUND
    const [, tag] = /^\/api\/v1\/timelines\/tag\/([^/]+)$/.exec(asked.path) ?? []
    if (tag !== undefined) return timeline(stub, asked, decodeURIComponent(tag))
    const [, only] = /^\/api\/v1\/statuses\/([^/]+)$/.exec(asked.path) ?? []
    if (only !== undefined) return shown(stub, [only])[0] ? { body: shown(stub, [only])[0] } : NOT_FOUND
    if (asked.path === '/api/v1/statuses' && stub.hasBatches) {
      const ids = asked.lists['id[]'] ?? []
      return ids.length > 20 ? { status: 422, body: { error: 'Too many statuses' } } : { body: shown(stub, ids) }
    }
    const [, written] = /^\/users\/\w+\/statuses\/(\d+)$/.exec(asked.path) ?? []
    if (written !== undefined && asked.headers.accept === 'application/activity+json') return atOrigin(stub, written)
    const [, counted] = /^\/api\/v1\/tags\/([^/]+)$/.exec(asked.path) ?? []
    return counted === undefined ? NOT_FOUND : { body: history(stub, counted) }
  }
  const server = await startStub(answer, port)
  const stub: MastodonStub = Object.assign(server, {
    statuses: [],
    page: undefined,
    instance: INSTANCE,
    most: 40,
    token: undefined,
    limitEvery: 0,
    gone: departed(),
    hasBatches: true,
    now: Date.now,
  })
  return stub
}

const NOT_FOUND = { status: 404, body: { error: 'Record not found' } }

/** In an arbitrary order, without hidden posts. */
const shown = ({ statuses, gone }: MastodonStub, ids: readonly string[]): Status[] =>
  statuses.filter(({ id }) => ids.includes(id) && !gone.deleted.has(id) && !gone.suspended.has(id)).reverse()

/** A tombstone for a deleted post; the posts of a suspended author stay on their own server. */
const atOrigin = ({ gone }: MastodonStub, id: string): Answer =>
  gone.deleted.has(id)
    ? { status: 410, body: '' }
    : { headers: { 'content-type': 'application/activity+json' }, body: { type: 'Note' } }

/** Newest first by id; a page ends before `max_id`, and an invalid limit gives an empty page. */
function timeline({ statuses, page, most, url, now }: MastodonStub, { query }: Asked, tag: string): Answer {
  const limit = Math.min(most, Math.abs(Number.parseInt(query.limit ?? '20', 10) || 0))
  const held = () =>
    statuses
      .filter(({ id }) => query.max_id === undefined || isBelow(id, query.max_id))
      .sort((a, b) => (isBelow(a.id, b.id) ? 1 : -1))
      .slice(0, limit)
  const found = page ? page(query.max_id, limit) : held()
  const link =
    found.length === 0
      ? undefined
      : `<${url}/api/v1/timelines/tag/${tag}?limit=${limit}&max_id=${found.at(-1)!.id}>; rel="next"`
  return {
    headers: {
      'x-ratelimit-limit': '300',
      'x-ratelimit-remaining': '287',
      'x-ratelimit-reset': new Date(now() + 900_000).toISOString().replace('Z', '000Z'),
      'cache-control': 'max-age=15, public, stale-while-revalidate=30, stale-if-error=86400',
      ...(link ? { link } : {}),
    },
    body: found,
  }
}

/** Numbers by size, other ids as strings: ULIDs sort like this. */
const isBelow = (a: string, b: string): boolean => (/^\d+$/.test(a) && /^\d+$/.test(b) ? BigInt(a) < BigInt(b) : a < b)

function history({ statuses, now }: MastodonStub, name: string) {
  const today = Math.floor(now() / 86_400_000)
  const days = Array.from({ length: 7 }, (_, i) => (today - i) * 86_400)
  const usesOn = (day: number) =>
    statuses.filter(({ created_at }) => Math.floor(Date.parse(created_at) / 86_400_000) * 86_400 === day).length
  return {
    name,
    url: `https://a.example/tags/${name}`,
    history: days.map((day) => ({ day: String(day), uses: String(usesOn(day)), accounts: '1' })),
  }
}
