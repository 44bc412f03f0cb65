import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { PageRequest, SourcePage, Wait } from '../../../../services/collector/sources/source'
import type { MastodonSettings } from '../../../../shared/sources/mastodon'
import { aStatus, idAt, INSTANCE, type MastodonStub, startMastodon } from '../../../stubs/mastodon'
import type { Odd } from '../../../stubs/server'
import { idsOf, walk, WINDOW } from './contract'
import { mastodonOn } from './networks'

const TIMELINE = '/api/v1/timelines/tag/aws'
const NOON = '2026-06-02T12:00:00.000Z'
const NOW = Date.parse('2026-06-03T07:00:00Z')

let stub: MastodonStub
beforeEach(async () => {
  stub = await startMastodon()
  stub.now = () => NOW
})
afterEach(() => stub.stop())

const open = (options?: Partial<MastodonSettings>) => mastodonOn(stub, stub.now, options)

/** Reads the first page, or the page at a cursor. */
async function read(options?: Partial<MastodonSettings>, more: Partial<PageRequest> = {}): Promise<SourcePage | Wait> {
  const page = await (await open(options)).read({ window: WINDOW, first: false, next: null, limit: 40, ...more })
  if ('exhausted' in page) throw new Error('Mastodon costs nothing')
  return page
}

/** The one post that is stored for a status. */
async function post(more: Record<string, unknown>, options?: Partial<MastodonSettings>) {
  stub.statuses = [aStatus(NOON, more)]
  const page = await read(options)
  if (!('posts' in page)) throw new Error('no page')
  return { post: page.posts[0], leftOut: page.leftOut, refused: page.refused }
}

describe('a post of Mastodon', () => {
  it('stores a post under its URI, which is the same on every server', async () => {
    const { post: one } = await post({ id: idAt(NOON, 1), uri: 'https://b.example/users/bob/statuses/1' })

    expect(one).toEqual({
      id: 'https://b.example/users/bob/statuses/1',
      createdAt: NOON,
      authorId: 'https://b.example/users/bob',
      language: 'en',
      retweetOf: '',
      source: 'fedi',
      sourceId: `${new URL(stub.url).host}/${idAt(NOON, 1)}`,
      text: expect.stringMatching(/^Cold starts again \d+ #AWS$/),
    })
  })

  it.each([
    [null, ''],
    ['en-US', 'en-US'],
    ['zh-TW', 'zh-TW'],
    ['xx-nonsense', 'xx-nonsense'],
  ])('stores a post with the language %j under the language %j', async (language, kept) => {
    expect((await post({ language })).post?.language).toBe(kept)
  })

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['no address of its own page', { url: null }, { authorId: 'https://b.example/users/bob' }],
    ['an author without an address', { account: { uri: undefined } }, { authorId: 'https://b.example/@bob' }],
    ['a content warning', { spoiler_text: 'long AWS rant', content: '<p>so</p>' }, { text: 'long AWS rant\n\nso' }],
    ['a content warning alone', { spoiler_text: 'AWS', content: '' }, { text: 'AWS' }],
    ['an emoji alone', { content: '<p>🚀</p>' }, { text: '🚀' }],
    ['an author of whom nothing is known', { account: { indexable: undefined, note: null } }, {}],
  ])('keeps a post with %s', async (_, more, kept) => {
    expect((await post(more)).post).toMatchObject(kept)
  })

  it.each<[string, Record<string, unknown>, Partial<MastodonSettings>, string]>([
    ['no words but a picture', { content: '', media_attachments: [{ description: 'a chart' }] }, {}, 'without words'],
    ['an empty paragraph', { content: '<p></p>' }, {}, 'without words'],
    ['a boost', { reblog: { id: '1' }, content: '' }, {}, 'boosts'],
    ['what followers see', { visibility: 'private' }, {}, 'not public'],
    ['what is unlisted', { visibility: 'unlisted' }, {}, 'not public'],
    ['an author who opts out of search', { account: { indexable: false } }, {}, 'not indexable'],
    ['an author who opts out of indexing', { account: { noindex: true } }, {}, 'not indexable'],
    ['an author who asks bots to stay away', { account: { note: '<p>#nobot please</p>' } }, {}, 'not indexable'],
    ['a suspended author', { account: { suspended: true } }, {}, 'of suspended accounts'],
    ['a bot', { account: { bot: true } }, { skipBots: true }, 'by bots'],
    [
      'a copy from Bluesky',
      { account: { acct: 'x.bsky.social@bsky.brid.gy' } },
      { skipBridged: true },
      'bridged from Bluesky',
    ],
    ['a content warning', { spoiler_text: 'AWS' }, { skipContentWarnings: true }, 'behind a content warning'],
    [
      'an edit that took the hashtag out',
      { edited_at: NOON, content: '<p>about cats</p>', tags: [] },
      {},
      'without the hashtag since an edit',
    ],
  ])('leaves out a post of %s and counts it', async (_, more, options, reason) => {
    expect(await post(more, options)).toEqual({ post: undefined, leftOut: { [reason]: 1 }, refused: [] })
  })

  it.each<[string, Record<string, unknown>, Partial<MastodonSettings>]>([
    ['of a bot', { account: { bot: true } }, {}],
    ['of an author who opts out of search', { account: { indexable: false } }, { respectIndexable: false }],
    ['that was edited and has the hashtag', { edited_at: NOON, tags: [{ name: 'ＡＷＳ' }], content: '<p>x</p>' }, {}],
  ])('keeps a post %s when the settings allow it', async (_, more, options) => {
    expect((await post(more, options)).post).toBeDefined()
  })

  it.each<[string, Record<string, unknown>, string]>([
    ['account', { account: null }, 'account'],
    ['time', { created_at: 'yesterday' }, 'created_at'],
    ['words of more than 64 kB', { content: 'x'.repeat(70_000) }, 'content'],
  ])('refuses a post without a readable %s and keeps the others', async (_, more, field) => {
    const broken = { ...aStatus(NOON), ...more }
    stub.odd[TIMELINE] = [{ body: [aStatus(NOON), broken, aStatus(NOON)] }]
    const page = await read()

    expect(page).toMatchObject({ posts: [{}, {}], refused: [{ line: 2, field }], read: 3 })
  })
})

describe('a day of Mastodon', () => {
  it.each<[string, string, string, boolean]>([
    ['that arrived hours late', '2026-06-03T05:00:00.000Z', NOON, true],
    ['that arrived too late', '2026-06-03T06:00:01.000Z', NOON, false],
    ['of the day before, which arrived today', NOON, '2026-06-01T23:00:00.000Z', false],
    ['of 1999', NOON, '1999-01-01T00:00:00.000Z', false],
    ['of the future', NOON, '2026-06-05T00:00:00.000Z', false],
    ['of the first instant', WINDOW.from, WINDOW.from, true],
    ['of the next day', WINDOW.to, WINDOW.to, false],
  ])(
    'decides by arrival and writing time whether to keep a post %s: arrived %s, written %s, kept: %s',
    async (_, arrived, written, isKept) => {
      stub.statuses = [aStatus(written, { id: idAt(arrived) })]

      expect(idsOf(await walk(await open(), () => 40))).toHaveLength(isKept ? 1 : 0)
    },
  )

  it('ends at the first possible id of the day, whose post it includes', async () => {
    stub.statuses = [aStatus(WINDOW.from, { id: idAt(WINDOW.from, 0) }), aStatus('2026-06-01T23:00:00.000Z')]
    const pages = await walk(await open(), () => 1)

    expect(idsOf(pages)).toHaveLength(1)
    expect(stub.asked.filter(({ path }) => path === TIMELINE)).toHaveLength(1)
  })

  it('returns a post once when two pages contain it', async () => {
    const [a, b] = [aStatus(NOON), aStatus('2026-06-02T11:00:00.000Z')]
    const again = { ...a, id: idAt('2026-06-02T10:00:00.000Z') }
    stub.odd[TIMELINE] = [{ body: [a, b] }, { body: [again, { ...b, id: idAt('2026-06-02T09:00:00.000Z') }] }]

    expect(idsOf(await walk(await open(), () => 2))).toEqual([a.uri, b.uri])
  })

  it('continues after a short page, and pages by id when the `Link` header leads to another host', async () => {
    const statuses = Array.from({ length: 9 }, (_, i) => aStatus(`2026-06-02T0${i}:00:00.000Z`)).reverse()
    stub.odd[TIMELINE] = [
      { body: statuses.slice(0, 7), headers: { link: '<https://evil.example/?max_id=1>; rel="next"' } },
      { body: statuses.slice(7) },
      { body: [] },
    ]
    const pages = await walk(await open(), () => 40)
    const asked = stub.asked.filter(({ path }) => path === TIMELINE)

    expect(idsOf(pages)).toEqual(statuses.map(({ uri }) => uri))
    expect(asked[1]?.query).toEqual({ limit: '40', max_id: statuses[6]!.id })
  })

  it('ends the run, naming the reason, when the server repeats a page', async () => {
    const page = { body: [aStatus(NOON)] }
    stub.odd[TIMELINE] = [page, page, page]
    const pages = await walk(await open(), () => 40)

    expect(idsOf(pages)).toHaveLength(1)
    expect(pages.at(-1)?.page.stopped).toBe('a page of fedi that repeats earlier ones')
  })

  it('ends the run, naming the reason, when the cursor belongs to another instance', async () => {
    const next = JSON.stringify({ host: 'old.example', ids: 'snowflake', below: '1', seen: [] })

    expect(await read({}, { next })).toMatchObject({
      posts: [],
      stopped: expect.stringMatching(/^the change of the instance of fedi to 127/),
    })
  })

  it('refuses numeric ids, which have lost digits', async () => {
    stub.odd[TIMELINE] = [{ body: [{ ...aStatus(NOON), id: 117688412345678900 }] }]

    await expect(read()).rejects.toThrow(/SOURCE_REFUSED: fedi: .*ids as JSON numbers/)
  })

  it('reads an empty day when the hashtag is unknown to the server', async () => {
    expect(await read()).toMatchObject({ posts: [], next: null })
    stub.odd[TIMELINE] = [{ status: 404, body: { error: 'Record not found' } }]

    expect(await read()).toMatchObject({ posts: [], next: null })
  })

  it('asks for local posts only when the settings say so', async () => {
    await read({ localOnly: true })

    expect(stub.asked.at(-1)?.query).toMatchObject({ local: 'true' })
  })

  it('sends a User-Agent', async () => {
    await read({ contact: 'ops@example.org' })

    expect(stub.asked.at(-1)?.headers['user-agent']).toBe('Bellwether/1.0 (+ops@example.org)')
  })
})

describe('a server that speaks the Mastodon API with ids of its own', () => {
  it('reads from the newest post back, until a whole page is older than the day', async () => {
    stub.instance = { version: '0.17.0', source_url: 'https://github.com/superseriousbusiness/gotosocial' }
    const at = (hour: number) => new Date(Date.parse('2026-06-01T20:00:00Z') + hour * 3_600_000).toISOString()
    stub.statuses = Array.from({ length: 34 }, (_, i) => aStatus(at(i), { id: `01J${String(i).padStart(23, '0')}` }))
    const pages = await walk(await open(), () => 3)

    expect(idsOf(pages)).toEqual(
      stub.statuses
        .slice(4, 28)
        .reverse()
        .map(({ uri }) => uri),
    )
    expect(pages.flatMap(({ page }) => page.reached ?? []).every((at) => at >= WINDOW.from && at < WINDOW.to)).toBe(
      true,
    )
  })

  it('recognises foreign ids by their form, whatever software the server claims to be', async () => {
    stub.statuses = [aStatus(NOON, { id: '01JZZZZZZZZZZZZZZZZZZZZZZZ' })]
    stub.odd[TIMELINE] = [{ body: stub.statuses }]

    expect(idsOf(await walk(await open(), () => 3))).toEqual([stub.statuses[0]!.uri])
  })
})

describe('a Mastodon instance', () => {
  const withAccess = (local: string, remote: string) => ({
    ...INSTANCE,
    configuration: { timelines_access: { hashtag_feeds: { local, remote } } },
  })

  it.each<[string, object, Partial<MastodonSettings>, RegExp]>([
    [
      'open to its users only',
      withAccess('public', 'authenticated'),
      {},
      /to its users only; set token: true .* localOnly/,
    ],
    ['switched off', withAccess('public', 'disabled'), {}, /switched .* off; set localOnly: true/],
    [
      'switched off for local posts',
      withAccess('disabled', 'public'),
      { localOnly: true },
      /switched .* off; name another/,
    ],
  ])('refuses an instance whose hashtag timelines are %s, with the remedy', async (_, instance, options, message) => {
    stub.instance = { ...instance }

    await expect(read(options)).rejects.toThrow(message)
    expect(stub.asked.filter(({ path }) => path === TIMELINE)).toEqual([])
  })

  it.each<[string, Record<string, unknown> | undefined]>([
    ['of version 4.4, which does not publish the setting', { ...INSTANCE, configuration: {} }],
    ['of version 4.2, without api_versions', { ...INSTANCE, api_versions: undefined }],
    ['that does not describe itself', undefined],
    ['with half of its timelines closed, when that half is not needed', withAccess('public', 'disabled')],
  ])('reads an instance %s', async (_, instance) => {
    stub.instance = instance
    stub.statuses = [aStatus(NOON)]

    expect(idsOf(await walk(await open({ localOnly: true }), () => 40))).toHaveLength(1)
  })

  it('asks the instance to describe itself once per invocation', async () => {
    stub.statuses = [aStatus(NOON), aStatus('2026-06-02T11:00:00.000Z')]
    await walk(await open(), () => 1)

    expect(stub.asked.filter(({ path }) => path === '/api/v2/instance')).toHaveLength(1)
  })

  it('is unavailable when the instance describes itself with an HTML page', async () => {
    stub.odd['/api/v2/instance'] = [{ headers: { 'content-type': 'text/html' }, body: '<title>Just a moment</title>' }]

    await expect(read()).rejects.toThrow(/SOURCE_UNAVAILABLE: fedi answered 200: Just a moment/)
  })
})

describe('a response of Mastodon', () => {
  const refusal = (status: number, error: string): Odd => ({ status, body: { error } })

  it.each<[string, Odd, Partial<MastodonSettings>, RegExp]>([
    [
      'no token where one is needed',
      refusal(422, 'This method requires an authenticated user'),
      {},
      /REFUSED: fedi answered 422: This method requires an authenticated user; set token: true/,
    ],
    ['the same as 401', refusal(401, 'This method requires an authenticated user'), {}, /REFUSED.*set token: true/],
    ['a bad token', refusal(401, 'The access token is invalid'), { token: true }, /REFUSED.*into the secret fedi-id/],
    [
      'a token without the scope',
      refusal(403, 'This action is outside the authorized scopes'),
      { token: true },
      /REFUSED.*read:statuses/,
    ],
    ['an account that is switched off', refusal(403, 'Your login is currently disabled'), { token: true }, /REFUSED/],
    [
      'a cache that answers for a server that is down',
      { body: [], headers: { age: '40000' } },
      {},
      /UNAVAILABLE.*cache/,
    ],
    ['a wall of a proxy', { status: 403, headers: { 'content-type': 'text/html' }, body: '<html>' }, {}, /UNAVAILABLE/],
  ])('turns %s into an error that says what to do', async (_, odd, options, message) => {
    stub.odd[TIMELINE] = [odd]

    await expect(read(options)).rejects.toThrow(message)
  })

  it('gives up when no response arrives', async () => {
    stub.odd[TIMELINE] = [{ hang: true }]
    const source = await mastodonOn(stub, stub.now, {}, { timeoutMs: 500 })
    await source.count(WINDOW)

    await expect(source.read({ window: WINDOW, first: false, next: null, limit: 40 })).rejects.toThrow(
      /SOURCE_UNAVAILABLE: fedi was not reached: it took too long/,
    )
  })

  it.each<[string, Record<string, string>, number]>([
    ['ISO 8601', { 'x-ratelimit-reset': '2026-06-03T07:05:00.000000Z' }, 300],
    ['Unix seconds', { 'x-ratelimit-reset': String(NOW / 1000 + 30) }, 30],
    ['nothing', {}, 300],
    ['the past', { 'x-ratelimit-reset': '2026-06-03T06:00:00Z' }, 300],
  ])('waits for a rate limit whose end is given as %s', async (_, headers, waitSeconds) => {
    stub.odd[TIMELINE] = [{ status: 429, headers, body: { error: 'Zu viele Anfragen' } }]

    expect(await read()).toEqual({ waitSeconds })
  })

  it('sends the token to its own instance only', async () => {
    stub.token = 'T0KEN'
    await read({ token: true })
    expect(stub.asked.every(({ headers }) => headers.authorization === 'Bearer T0KEN')).toBe(true)

    await expect(open({ token: true, instance: 'https://other.example' })).rejects.toThrow(
      /SECRET_MISSING: user token of other\.example: the secret fedi-id has none/,
    )
  })
})

describe('the number of posts of a day on Mastodon', () => {
  const counted = async () => (await open()).count(WINDOW)
  const day = (at: string, uses: unknown) => ({ day: String(Date.parse(at) / 1000), uses, accounts: '1' })

  it("estimates the number of posts by the instance's own count", async () => {
    stub.statuses = [aStatus(NOON), aStatus(NOON)]

    expect(await counted()).toEqual({ about: 2 })
  })

  it.each<[string, Odd, unknown]>([
    [
      'the one of the day, in whatever order the history is',
      { body: { history: [day('2026-06-01', '9'), day('2026-06-02', '3')] } },
      { about: 3 },
    ],
    ['zero', { body: { history: [day('2026-06-02', '0')] } }, { about: 0 }],
    ['unknown without a history', { body: { name: 'aws' } }, undefined],
    ['unknown when the day is too long ago', { body: { history: [day('2026-06-20', '9')] } }, undefined],
    ['unknown when there is no such hashtag', { status: 404, body: { error: 'Record not found' } }, undefined],
    ['unknown from a wall for bots', { headers: { 'content-type': 'text/html' }, body: '<html>' }, undefined],
    ['to be waited for', { status: 429, headers: { 'retry-after': '9' }, body: {} }, { waitSeconds: 9 }],
  ])('says that the number of posts is %s', async (_, odd, count) => {
    stub.odd['/api/v1/tags/aws'] = [odd]

    expect(await counted()).toEqual(count)
  })

  it('does not know the number of posts when only local posts are collected', async () => {
    expect(await (await open({ localOnly: true })).count(WINDOW)).toBeUndefined()
  })
})
