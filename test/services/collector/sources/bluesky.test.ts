import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { PageRequest, SourcePage, Wait } from '../../../../services/collector/sources/source'
import { textOfRecord } from '../../../../services/collector/sources/bluesky/text'
import type { BlueskySettings } from '../../../../shared/sources/bluesky'
import { aPostView, type BlueskyStub, error, startBluesky } from '../../../stubs/bluesky'
import type { Odd } from '../../../stubs/server'
import { idsOf, walk, WINDOW } from './contract'
import { blueskyOn } from './networks'

const SEARCH = '/xrpc/app.bsky.feed.searchPosts'
const SIGN_IN = '/xrpc/com.atproto.server.createSession'
const NOON = '2026-06-02T12:00:00.000Z'
const NOW = Date.parse('2026-06-03T07:00:00Z')

let stub: BlueskyStub
beforeEach(async () => {
  stub = await startBluesky()
})
afterEach(() => stub.stop())

const open = (options?: Partial<BlueskySettings>) => blueskyOn(stub, () => NOW, options)

async function read(options?: Partial<BlueskySettings>, more: Partial<PageRequest> = {}): Promise<SourcePage | Wait> {
  const page = await (await open(options)).read({ window: WINDOW, first: false, next: null, limit: 100, ...more })
  if ('exhausted' in page) throw new Error('Bluesky costs nothing')
  return page
}
const asked = (path: string) => stub.asked.filter((one) => one.path === path)
const at = (minute: number) => new Date(Date.parse(WINDOW.from) + minute * 60_000).toISOString()

/** What the adapter makes of one post in a search response. */
async function post(createdAt: string, more: Record<string, unknown> = {}, options?: Partial<BlueskySettings>) {
  stub.odd[SEARCH] = [{ body: { posts: [aPostView(createdAt, more)] } }]
  const page = await read(options)
  if (!('posts' in page)) throw new Error('no page')
  return { post: page.posts[0], leftOut: page.leftOut, refused: page.refused.map(({ field }) => field) }
}

describe('a post of Bluesky', () => {
  it("stores a post under its at:// address, with its author's permanent DID instead of the handle", async () => {
    const { post: one } = await post(NOON, { author: { handle: 'handle.invalid' }, record: { text: 'on #AWS' } })

    expect(one).toEqual({
      id: expect.stringMatching(/^at:\/\/did:plc:zyxw\/app\.bsky\.feed\.post\//),
      createdAt: NOON,
      authorId: 'did:plc:zyxw',
      language: 'en',
      retweetOf: '',
      source: 'bsky',
      text: 'on #AWS',
    })
  })

  it.each<[string, string, string, string | undefined]>([
    ['a day after it was indexed', '2026-06-03T12:00:00.000Z', NOON, NOON],
    ['a minute after it was indexed', '2026-06-02T12:01:00.000Z', NOON, NOON],
    ['in another zone', '2026-06-02T21:00:00+09:00', '2026-06-02T13:00:00.000Z', NOON],
    ['in nanoseconds', '2026-06-02T12:00:00.123456789Z', '2026-06-02T13:00:00.000Z', '2026-06-02T12:00:00.123Z'],
    ['in the year 1', '0001-10-14T00:00:00Z', NOON, undefined],
    ['in the year 200', '0200-01-01T00:00:00Z', NOON, undefined],
    ['in 1970', '1970-01-01T00:00:00Z', NOON, undefined],
    ['last year, by an importer', '2025-06-02T12:00:00Z', NOON, undefined],
    ['at the first instant', WINDOW.from, WINDOW.from, WINDOW.from],
    ['at the first instant of the next day', WINDOW.to, WINDOW.to, undefined],
  ])(
    'dates a post that was written %s by the time by which Bluesky sorts it',
    async (_, createdAt, indexedAt, sortedAt) => {
      expect((await post(createdAt, { indexedAt })).post?.createdAt).toBe(sortedAt)
    },
  )

  it.each([
    [undefined, ''],
    [[], ''],
    [['en-US'], 'en-US'],
    [['ja', 'en'], 'ja'],
    [['english'], 'english'],
    ['en', ''],
  ])('stores a post with the languages %j under the language %j', async (langs, language) => {
    expect((await post(NOON, { record: { langs } })).post?.language).toBe(language)
  })

  it.each<[string, string, Record<string, unknown>]>([
    ['time', 'record.createdAt', { record: { createdAt: 'yesterday' } }],
    ['time at all', 'record.createdAt', { record: { createdAt: undefined } }],
    ['author', 'author.did', { author: { did: 7 } }],
    ['record', 'record', { record: undefined, uri: 'at://x' }],
  ])('refuses a post without a readable %s', async (_, field, more) => {
    const view = { ...aPostView(NOON, more), ...(field === 'record' ? { record: 7 } : {}) }
    stub.odd[SEARCH] = [{ body: { posts: [view] } }]

    expect(await read()).toMatchObject({ posts: [], refused: [{ line: 1, field }] })
  })

  it.each<[string, Record<string, unknown>, string]>([
    ['only pictures', { record: { text: '' }, embed: { images: [{ alt: 'x' }] } }, 'without words'],
    ['another kind of record', { record: { $type: 'app.bsky.feed.generator' } }, 'that are not posts'],
    ['a label that hides it', { labels: [{ val: '!hide' }] }, 'hidden by moderators'],
    ['an author who was taken down', { author: { labels: [{ val: '!takedown' }] } }, 'hidden by moderators'],
    [
      'an author who writes for signed-in readers',
      { author: { labels: [{ val: '!no-unauthenticated' }] } },
      'for signed-in readers only',
    ],
  ])('leaves out a post with %s and counts it', async (_, more, reason) => {
    expect(await post(NOON, more)).toEqual({ post: undefined, leftOut: { [reason]: 1 }, refused: [] })
  })

  it.each<[string, Record<string, unknown>, Partial<BlueskySettings>]>([
    ['a label that was taken back', { labels: [{ val: '!hide', neg: true }] }, {}],
    ['a label that says what it is about', { labels: [{ val: 'spam' }] }, {}],
    [
      'a quote that is gone',
      { embed: { $type: 'app.bsky.embed.record#view', record: { $type: '#viewNotFound' } } },
      {},
    ],
    ['the hashtag in no facet', { record: { facets: undefined, tags: ['AWS'], text: 'cold starts' } }, {}],
    [
      'readers who are signed in',
      { author: { labels: [{ val: '!no-unauthenticated' }] } },
      { respectSignedInOnly: false },
    ],
    ['300 family emoji', { record: { text: '👩‍👩‍👧'.repeat(300) } }, {}],
  ])('keeps a post with %s', async (_, more, options) => {
    expect((await post(NOON, more, options)).post).toBeDefined()
  })
})

describe('the link facets of a Bluesky post', () => {
  const link = (byteStart: unknown, byteEnd: unknown, uri = 'https://aws.amazon.com/long', type = 'link') => ({
    index: { byteStart, byteEnd },
    features: [{ $type: `app.bsky.richtext.facet#${type}`, uri }],
  })

  it.each<[string, string, unknown[], string]>([
    [
      'replace shortened links, with offsets in bytes',
      '👩‍👩‍👧 größe aws.am… #AWS',
      [link(27, 36)],
      '👩‍👩‍👧 größe https://aws.amazon.com/long #AWS',
    ],
    ['are ignored when they run past the end', 'see aws.am', [link(4, 99)], 'see aws.am'],
    ['are ignored when they cut a character', 'größe x', [link(3, 8)], 'größe x'],
    ['count once when they overlap', 'aws.am aws.am', [link(0, 6), link(3, 9)], 'https://aws.amazon.com/long aws.am'],
    ['are ignored at a negative offset', 'aws.am', [link(-1, 6)], 'aws.am'],
    ['are ignored when the offset is a string', 'aws.am', [link('0', 6)], 'aws.am'],
    ['are ignored when their type is unknown', 'aws.am', [link(0, 6, undefined, 'poll')], 'aws.am'],
    ['are ignored without a target', 'aws.am', [link(0, 6, 'javascript:alert(1)')], 'aws.am'],
    ['are ignored when they are not facets', 'aws.am', [null, 7, {}], 'aws.am'],
  ])('%s', (_, text, facets, whole) => {
    expect(textOfRecord(text, facets)).toBe(whole)
  })
})

describe('a search on Bluesky', () => {
  it('asks for the window by words and by hashtag, newest first, and signs in once', async () => {
    stub.posts = Array.from({ length: 7 }, (_, i) => aPostView(at(i)))
    await walk(await open(), () => 3)

    expect(asked(SIGN_IN)).toHaveLength(1)
    expect(asked(SEARCH)[0]?.query).toEqual({
      q: '#aws',
      tag: 'aws',
      sort: 'latest',
      since: WINDOW.from,
      until: WINDOW.to,
      limit: '3',
    })
    expect(asked(SEARCH).map(({ query }) => query.cursor)).toEqual([undefined, '3', '6'])
  })

  it('follows the cursors of the new engine, and continues after a short page', async () => {
    stub.engine = 'new'
    stub.posts = Array.from({ length: 12 }, (_, i) => aPostView(at(i)))
    stub.odd[SEARCH] = [
      { body: { posts: stub.posts.slice(9).reverse(), cursor: Buffer.from('{"offset":3}').toString('base64') } },
    ]

    expect(idsOf(await walk(await open(), () => 5)).sort()).toEqual(stub.posts.map(({ uri }) => uri).sort())
  })

  it('continues by time when another engine refuses the cursor', async () => {
    stub.posts = Array.from({ length: 30 }, (_, i) => aPostView(at(i)))
    const source = await open()
    const first = await source.read({ window: WINDOW, first: false, next: null, limit: 20 })
    if (!('posts' in first)) throw new Error('no page')
    stub.engine = 'new'
    const rest = await walk(source, () => 20, first.next)

    expect([...first.posts.map(({ id }) => id), ...idsOf(rest)].sort()).toEqual(stub.posts.map(({ uri }) => uri).sort())
  })

  it.each<[string, Odd[]]>([
    ['a repeated cursor', [{ body: { posts: [], cursor: 'a' } }]],
    ['an empty page with a cursor', [{ body: { posts: [], cursor: 'b' } }]],
    ['no cursor', [{ body: { posts: [] } }]],
  ])('ends a search at %s', async (_, last) => {
    stub.odd[SEARCH] = [{ body: { posts: [aPostView(NOON)], cursor: 'a' } }, ...last]
    const pages = await walk(await open(), () => 5)

    expect(pages).toHaveLength(2)
    expect(pages[1]!.page.stopped).toBeUndefined()
  })

  it('returns a post once when two pages overlap, and tolerates posts slightly out of order', async () => {
    const posts = Array.from({ length: 30 }, (_, i) => aPostView(at(29 - i)))
    const swapped = posts.flatMap((_, i) => (i % 2 === 0 ? [posts[i + 1]!, posts[i]!] : []))
    stub.odd[SEARCH] = [
      { body: { posts: swapped.slice(0, 11), cursor: 'a' } },
      { body: { posts: swapped.slice(9, 20), cursor: 'b' } },
      { body: { posts: swapped.slice(18) } },
    ]

    expect(idsOf(await walk(await open(), () => 20))).toEqual(swapped.map(({ uri }) => uri))
  })

  it('starts a new search further back before it reaches the depth limit, and misses no post', async () => {
    stub.posts = Array.from({ length: 10_001 }, (_, i) =>
      // Three posts per instant, as in bulk imports.
      aPostView(new Date(Date.parse(WINDOW.from) + Math.floor(i / 3) * 20_000).toISOString()),
    )
    const ids = idsOf(await walk(await open(), () => 100))

    expect(ids).toHaveLength(10_001)
    expect(new Set(ids)).toEqual(new Set(stub.posts.map(({ uri }) => uri)))
    expect(asked(SEARCH).filter(({ query }) => query.until !== WINDOW.to).length).toBeGreaterThan(0)
  })

  it('terminates when more posts share one instant than a search can reach', async () => {
    stub.posts = Array.from({ length: 9_500 }, () => aPostView(NOON))
    stub.posts.push(aPostView('2026-06-02T11:00:00.000Z'))
    const ids = idsOf(await walk(await open(), () => 100))

    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toContain(stub.posts.at(-1)!.uri)
  })
})

describe('a response of Bluesky', () => {
  it('signs in again when Bluesky answers that the session has expired', async () => {
    stub.posts = Array.from({ length: 12 }, (_, i) => aPostView(at(i)))
    const source = await open()
    const first = await source.read({ window: WINDOW, first: false, next: null, limit: 10 })
    stub.odd[SEARCH] = [{ status: 400, body: { error: 'ExpiredToken', message: 'Token has expired' } }]
    const rest = await walk(source, () => 10, 'next' in first ? first.next : null)

    expect(idsOf(rest)).toHaveLength(2)
    expect(asked(SIGN_IN)).toHaveLength(2)
  })

  it('refuses when Bluesky answers that a brand-new session has expired', async () => {
    const expired = { status: 400, body: { error: 'ExpiredToken', message: 'Token has expired' } }
    stub.odd[SEARCH] = [expired, expired]

    await expect(read()).rejects.toThrow(/SOURCE_REFUSED/)
    expect(asked(SIGN_IN)).toHaveLength(2)
  })

  it.each<[string, string, Odd, RegExp]>([
    ['401', SEARCH, error(401, 'AuthMissing', 'Authentication Required'), /REFUSED.*closed to this account/],
    ['401 again', SEARCH, error(401, 'AuthenticationRequired', 'no'), /REFUSED.*closed/],
    [
      '403 with HTML',
      SEARCH,
      { status: 403, headers: { 'content-type': 'text/html' }, body: '<html>' },
      /REFUSED.*closed/,
    ],
    ['403', SEARCH, error(403, 'Forbidden', 'Request forbidden by administrative rules.'), /REFUSED.*closed/],
    ['400', SEARCH, error(400, 'BadQueryString', 'no'), /REFUSED: bsky answered 400: BadQueryString/],
    ['502', SEARCH, error(502, 'UpstreamFailure', 'Upstream'), /UNAVAILABLE/],
    ['502 with HTML', SEARCH, { status: 502, headers: { 'content-type': 'text/html' }, body: '<html>' }, /UNAVAILABLE/],
    ['200 without posts', SEARCH, { body: { cursor: '1' } }, /UNAVAILABLE.*no list of posts/],
    [
      'a wrong password',
      SIGN_IN,
      error(401, 'AuthenticationRequired', 'Invalid identifier or password'),
      /REFUSED.*into the secret bsky-id/,
    ],
    ['an account that was taken down', SIGN_IN, error(401, 'AccountTakedown', 'gone'), /REFUSED.*AccountTakedown/],
    ['a second factor', SIGN_IN, error(401, 'AuthFactorTokenRequired', 'code'), /REFUSED.*app password/],
    [
      'a sleeping account',
      SIGN_IN,
      { body: { accessJwt: 'x', active: false, status: 'deactivated' } },
      /REFUSED.*deactivated/,
    ],
    ['a session without a token', SIGN_IN, { body: {} }, /UNAVAILABLE.*no token/],
  ])('turns %s into an error that says what to do', async (_, path, odd, message) => {
    stub.odd[path] = [odd]
    const thrown: unknown = await read().catch((failure: unknown) => failure)

    expect(String(thrown)).toMatch(message)
    expect(inspect(thrown, { depth: 9 })).not.toContain(stub.account.password)
  })

  it.each([
    ['search', SEARCH, 42, 42],
    ['the sign-in, for hours', SIGN_IN, 7200, 900],
  ])('waits for the rate limit of %s', async (_, path, seconds, waitSeconds) => {
    const limit = { status: 429, headers: { 'ratelimit-reset': String(NOW / 1000 + seconds) }, body: {} }
    stub.odd[path] = [limit]

    expect(await read()).toEqual({ waitSeconds })
    expect(asked(SIGN_IN)).toHaveLength(1)
  })

  it('does not sign in when the secret is not a valid account', async () => {
    stub.account = { identifier: '', password: 'p4ssword' }

    await expect(open()).rejects.toThrow(/SECRET_MISSING: Bluesky account: the secret bsky-id is not JSON/)
    await expect(open()).rejects.not.toThrow(/p4ssword/)
  })
})

describe('the number of posts of a day on Bluesky', () => {
  it.each([
    ['absent', undefined, undefined],
    ['present', 1234, { about: 1234 }],
    ['0, which also comes with posts', 0, undefined],
    ['cut off at 10,000', 10_000, undefined],
  ])('is known only for a plausible total; the total is %s', async (_, hitsTotal, count) => {
    stub.hitsTotal = hitsTotal

    expect(await (await open()).count(WINDOW)).toEqual(count)
  })
})
