import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { mockClient } from 'aws-sdk-client-mock'
import { readLedger, spent } from '../../../shared/state/ledger'
import { postsFromCsv } from '../../../shared/posts'
import { x, type XSettings } from '../../../shared/sources/x'
import { sourceFor } from '../../../services/collector/sources'
import { openX } from '../../../services/collector/sources/x/x'
import { facts, generousCaps, invoke, newWorld, raw, record, untilIdle, type World } from './world'
import { type StubPost, startXStub, problem, type XStub } from '../../stubs/x'

const TOKEN = 'AAAA-bearer-of-a-test'
const secrets = mockClient(SecretsManagerClient)
let stub: XStub

beforeEach(async () => {
  secrets.reset()
  secrets.on(GetSecretValueCommand).resolves({ SecretString: `${TOKEN}\n` })
  stub = await startXStub()
})
afterEach(() => stub.stop())

const settings = {
  type: 'x' as const,
  presence: 'age' as const,
  excludeRetweets: false,
  pricePerPostUsd: 0.005,
  pricePerCountUsd: 0.005,
}

function xWorld(given: Partial<World> = {}, options: Partial<typeof settings> = {}): World {
  const world = newWorld({ now: new Date('2026-06-03T00:10:00Z'), tags: ['aws'], ...given })
  const nowMs = () => world.now.getTime()
  const ports = {
    objects: { stream: never },
    secrets: new SecretsManagerClient({}),
    secretIds: { x: 'x-token' },
    nowMs,
  }
  const hashtags = [{ tag: 'aws', source: 'x' }]
  const sources = { x: { ...settings, apiUrl: stub.url, ...options } }
  world.settings = { hashtags, sources }
  world.openSource = (stream) => sourceFor(ports, { hashtags, sources, languages: world.languages })(stream)
  return world
}

const never = async (): Promise<never> => {
  throw new Error('X reads nothing from the bucket')
}

/** Posts spread over a day, with larger ids for later seconds. */
const day = (date: string, count: number, first = 1_000): StubPost[] =>
  Array.from({ length: count }, (_, i) => ({
    id: String(first + i),
    created_at: new Date(Date.parse(date) + i * 60_000).toISOString(),
    text: `post ${first + i} #aws`,
    author_id: '7',
    lang: 'en',
    edit_history_tweet_ids: [String(first + i)],
  }))

async function stored(world: World) {
  const posts = []
  for (const [key, csv] of Object.entries(raw(world))) {
    if (key.endsWith('.csv')) for await (const post of postsFromCsv(csv)) posts.push(post)
  }
  return posts
}
const idsOf = (posts: { id: string }[]) => posts.map(({ id }) => Number(id)).sort((a, b) => a - b)
const searches = () => stub.asked.filter(({ path }) => path.endsWith('/search/recent'))

describe('a day of X', () => {
  it('reads page by page, newest first, with one count', async () => {
    stub.posts = day('2026-06-02', 230)
    const world = xWorld({ languages: ['en'] })

    await invoke(world)

    expect(idsOf(await stored(world))).toEqual(idsOf(stub.posts))
    expect(stub.asked.map(({ path }) => path)).toEqual([
      '/2/tweets/counts/recent',
      ...Array.from({ length: 3 }, () => '/2/tweets/search/recent'),
    ])
    expect(stub.asked.every(({ headers }) => headers.authorization === `Bearer ${TOKEN}`)).toBe(true)
    expect(searches()[0]?.query).toEqual({
      query: '#aws lang:en',
      max_results: '100',
      start_time: '2026-06-02T00:00:00Z',
      end_time: '2026-06-03T00:00:00Z',
      'tweet.fields': 'created_at,author_id,lang,referenced_tweets,note_tweet,paid_partnership',
      expansions: 'referenced_tweets.id',
    })
    expect(record(world)).toMatchObject({
      source: 'x',
      posts: 230,
      existing: 230,
      pages: 3,
      complete: true,
      costUsd: 1.155,
    })
    expect(await spent(world.table, 'collectUsd', '2026-06-03')).toBe(1.155)
    for (const kind of ['posts', 'collectUsd'])
      expect((await readLedger(world.table, kind, '2026-06')).open).toEqual([])
  })

  it('includes a post at the first instant of the day and excludes one at the first instant of the next', async () => {
    const at = (id: string, created_at: string) => ({ id, created_at, text: '#aws' })
    stub.posts = [
      at('1', '2026-06-01T23:59:59Z'),
      at('2', '2026-06-02T00:00:00Z'),
      at('3', '2026-06-02T23:59:59Z'),
      at('4', '2026-06-03T00:00:00Z'),
    ]
    const world = xWorld()
    await invoke(world)

    expect(idsOf(await stored(world))).toEqual([2, 3])
  })

  it('reports a day without posts as complete', async () => {
    const world = xWorld()
    await invoke(world)

    expect(record(world)).toMatchObject({ posts: 0, existing: 0, complete: true, costUsd: 0.005 })
  })

  it.each(['tweet', 'post'] as const)(
    'stores the full text of retweets and long posts, in the spelling of %s',
    async (spelling) => {
      stub.spelling = spelling
      const [plain, retweet, lost, quote, long] = day('2026-06-02', 5) as [
        StubPost,
        StubPost,
        StubPost,
        StubPost,
        StubPost,
      ]
      stub.posts = [
        plain,
        { ...retweet, text: 'RT @a: the beginning…', referenced_tweets: [{ type: 'retweeted', id: '500' }] },
        { ...lost, text: 'RT @b: deleted…', referenced_tweets: [{ type: 'retweeted', id: '501' }] },
        { ...quote, text: 'look at this', referenced_tweets: [{ type: 'quoted', id: '500' }] },
        { ...long, text: 'cut…', note_tweet: { text: 'not cut at all' }, lang: 'qme' },
      ]
      stub.referenced = [{ ...plain, id: '500', text: 'the beginning, and the end\n"quoted"' }]
      const world = xWorld()

      await invoke(world)

      const byId = new Map((await stored(world)).map((post) => [post.id, post]))
      expect(byId.get(retweet.id)).toEqual({
        id: retweet.id,
        createdAt: retweet.created_at,
        authorId: '7',
        language: 'en',
        retweetOf: '500',
        source: 'x',
        text: 'the beginning, and the end\n"quoted"',
      })
      expect(byId.get(lost.id)).toMatchObject({ retweetOf: '501', text: 'RT @b: deleted…' })
      expect(byId.get(quote.id)).toMatchObject({ retweetOf: '', text: 'look at this' })
      expect(byId.get(long.id)).toMatchObject({ text: 'not cut at all', language: '' })
      expect(record(world)).toMatchObject({ existing: 5, costUsd: 0.035 })
      expect(stub.billed).toBe(6)
    },
  )

  it('excludes retweets, and pays for none, when the settings say so', async () => {
    stub.posts = day('2026-06-02', 3)
    const world = xWorld({ languages: ['en', 'de'] }, { excludeRetweets: true })
    await invoke(world)

    expect(searches()[0]?.query).toMatchObject({ query: '#aws (lang:en OR lang:de) -is:retweet' })
    expect(searches()[0]?.query).not.toHaveProperty('expansions')
  })

  it('keeps the last version of an edited post, and a post once when two pages contain it', async () => {
    const [first, edited, other] = day('2026-06-02', 3) as [StubPost, StubPost, StubPost]
    const history = { edit_history_tweet_ids: [first.id, edited.id] }
    const answer = (data: unknown[], next_token?: string) => ({
      body: { data, meta: { result_count: data.length, next_token } },
    })
    stub.odd = [
      answer([other, { ...edited, ...history }, { ...first, ...history }], 'a'),
      answer([{ ...first, id: '999' }, first]),
    ]
    const world = xWorld()
    await invoke(world)

    expect(idsOf(await stored(world))).toEqual([999, Number(edited.id), Number(other.id)])
  })

  it('refuses a malformed post, naming the field, and keeps the others', async () => {
    const [good] = day('2026-06-02', 1) as [StubPost]
    stub.odd = [
      {
        body: {
          data: [good, { ...good, id: 'x' }, { ...good, id: '7', created_at: 'now' }],
          meta: { result_count: 3 },
        },
      },
    ]
    const world = xWorld()
    await invoke(world)

    expect(record(world)).toMatchObject({ posts: 1, refusedRows: 2 })
    const kept = Object.entries(raw(world)).find(([key]) => key.endsWith('/refused-1.jsonl'))?.[1] ?? ''
    expect(
      kept
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toMatchObject([
      { line: 2, field: 'id' },
      { line: 3, field: 'created_at' },
    ])
  })

  it('keeps a post when an included post is malformed or an error has an unknown form', async () => {
    const [good] = day('2026-06-02', 1) as [StubPost]
    const retweet = { ...good, text: 'RT @a: cut…', referenced_tweets: [{ type: 'retweeted', id: '500' }] }
    const body = { data: [retweet], includes: { tweets: [{ id: '500' }] }, errors: ['odd'], meta: { result_count: 1 } }
    stub.odd = [{ body }]
    const world = xWorld()
    await invoke(world)

    expect(await stored(world)).toMatchObject([{ text: 'RT @a: cut…', retweetOf: '500' }])
    expect(record(world)).toMatchObject({ posts: 1, complete: true, partialErrors: 1 })
  })

  it('reports each kind of partial error and continues', async () => {
    const [good] = day('2026-06-02', 1) as [StubPost]
    stub.odd = [
      {
        body: {
          data: [good],
          errors: [problem('resource-not-found', 'Not Found Error', 'gone')],
          meta: { result_count: 1 },
        },
      },
    ]
    const world = xWorld()
    await invoke(world)

    expect(record(world)).toMatchObject({ posts: 1, complete: true, partialErrors: 1 })
    expect(world.log).toContain('partial answer')
  })
})

describe('a search on X that does not advance', () => {
  const answer = (data: unknown[], next_token: string) => ({
    body: { data, meta: { result_count: data.length, next_token } },
  })

  it('ends the run, naming the reason, when a page repeats the last one', async () => {
    const posts = day('2026-06-02', 100).reverse()
    const world = xWorld()
    stub.odd = ['a', 'b', 'c'].map((token) => answer(posts, token))
    await invoke(world)

    expect(searches()).toHaveLength(2)
    expect(record(world)).toMatchObject({
      posts: 100,
      complete: false,
      stoppedBy: 'a page of x that repeats earlier ones',
      covered: { from: posts.at(-1)!.created_at, to: '2026-06-03T00:00:00.000Z' },
      costUsd: 1.005,
    })
    expect(await spent(world.table, 'posts', '2026-06-03')).toBe(200)
  })

  it('ends the run, naming the reason, when empty pages return the token that was sent', async () => {
    const world = xWorld()
    stub.odd = Array.from({ length: 40 }, () => answer([], 'a'))
    await invoke(world)

    expect(searches()).toHaveLength(2)
    expect(record(world)).toMatchObject({ posts: 0, complete: false, covered: null })
    expect(record(world).stoppedBy).toBe('pages of x that lead nowhere')
  })

  it('ends the run, naming the reason, after ten empty pages, whatever their tokens', async () => {
    const world = xWorld()
    stub.odd = Array.from({ length: 40 }, (_, i) => answer([], `t${i}`))
    await invoke(world)

    expect(searches()).toHaveLength(10)
    expect(record(world)).toMatchObject({ complete: false, stoppedBy: 'pages of x that lead nowhere' })
  })

  it('continues after an empty page with a new token', async () => {
    const world = xWorld()
    const [post] = day('2026-06-02', 1)
    stub.odd = [answer([], 'a'), answer([], 'b'), { body: { data: [post], meta: { result_count: 1 } } }]
    await invoke(world)

    expect(record(world)).toMatchObject({ posts: 1, complete: true, stoppedBy: null })
  })
})

it.each(['tweet', 'post'] as const)('stores that a %s is a paid partnership', async (spelling) => {
  stub.spelling = spelling
  const [paid, unpaid, silent] = day('2026-06-02', 3) as [StubPost, StubPost, StubPost]
  stub.posts = [{ ...paid, paid_partnership: true }, { ...unpaid, paid_partnership: false }, silent]
  const world = xWorld()
  await invoke(world)

  expect(searches()[0]?.query['tweet.fields']).toContain('paid_partnership')
  const marks = new Map((await stored(world)).map(({ id, paidPartnership }) => [id, paidPartnership]))
  expect(marks).toEqual(
    new Map([
      [paid.id, 'yes'],
      [unpaid.id, ''],
      [silent.id, ''],
    ]),
  )
})

it('excludes retweets by default, and books the price of the posts only', async () => {
  const settings = x.settings.parse({ type: 'x', apiUrl: stub.url }) as XSettings
  const watched = { hashtag: 'aws', name: 'x', settings, tags: ['aws'], languages: [] }
  const secret = async () => ({ id: 'x-token', value: TOKEN })
  const source = await openX()(watched, { secret, nowMs: Date.now })
  await source.read({
    window: { from: '2026-06-02T00:00:00.000Z', to: '2026-06-03T00:00:00.000Z' },
    first: false,
    next: null,
    limit: 10,
  })

  expect(source.mostUsd(100)).toBe(0.5)
  expect(searches()[0]?.query.query).toBe('#aws -is:retweet')
})

describe('a cap on X', () => {
  it('leaves out the first hours of the day at the cap on posts, and records the part that is covered', async () => {
    stub.posts = day('2026-06-02', 300)
    const world = xWorld({ caps: { ...generousCaps(), posts: { perDay: 150, perMonth: 1000 } } })

    await invoke(world)

    const ids = idsOf(await stored(world))
    expect(ids).toEqual(idsOf(stub.posts.slice(150)))
    expect(searches().map(({ query }) => query.max_results)).toEqual(['100', '50'])
    expect(record(world)).toMatchObject({
      posts: 150,
      existing: 300,
      complete: false,
      stoppedBy: 'caps.posts.perDay',
      covered: { from: stub.posts[150]!.created_at, to: '2026-06-03T00:00:00.000Z' },
    })
  })

  it('never exceeds the cap on dollars, whatever the included posts cost', async () => {
    stub.posts = day('2026-06-02', 300).map((post, i) => ({
      ...post,
      referenced_tweets: [{ type: 'retweeted', id: String(i + 1) }],
    }))
    stub.referenced = day('2026-05-30', 300, 1)
    const world = xWorld({ caps: { ...generousCaps(), collectUsd: { perDay: 2, perMonth: 100 } } })

    await invoke(world)

    expect(record(world).stoppedBy).toBe('caps.collectUsd.perDay')
    expect(stub.billed * 0.005 + 0.005).toBeCloseTo(record(world).costUsd as number, 6)
    expect(await spent(world.table, 'collectUsd', '2026-06-03')).toBe(record(world).costUsd)
    expect(record(world).costUsd).toBeLessThanOrEqual(2)
    expect(record(world).costUsd).toBeGreaterThan(1.8)
  })

  it("ends the run when the cap has no room for X's smallest page", async () => {
    stub.posts = day('2026-06-02', 300)
    const world = xWorld({ caps: { ...generousCaps(), posts: { perDay: 105, perMonth: 1000 } } })
    await invoke(world)

    expect(record(world)).toMatchObject({ posts: 100, stoppedBy: 'caps.posts.perDay' })
  })

  it('skips the count when the cap has no money for it', async () => {
    stub.posts = day('2026-06-02', 20)
    const world = xWorld({ caps: { ...generousCaps(), collectUsd: { perDay: 0.004, perMonth: 1 } } })
    await invoke(world)

    expect(stub.asked).toEqual([])
    expect(record(world)).toMatchObject({ posts: 0, existing: null, covered: null, complete: false, costUsd: 0 })
  })
})

describe('an outage of weeks', () => {
  it('records as a gap what X no longer has, and continues after it', async () => {
    const world = xWorld({ now: new Date('2026-06-01T12:00:00Z') })
    await invoke(world)
    world.now = new Date('2026-06-20T12:00:00Z')
    stub.asked = []

    await invoke(world)

    expect(record(world, 'aws', '2026-06-12')).toMatchObject({
      gap: { from: '2026-06-12T00:00:00.000Z', to: '2026-06-13T00:00:00.000Z' },
      covered: null,
      complete: false,
      stoppedBy: null,
    })
    const horizon = '2026-06-13T14:01:00.000Z'
    expect(record(world, 'aws', '2026-06-13')).toMatchObject({
      gap: { from: '2026-06-13T00:00:00.000Z', to: horizon },
      covered: { from: horizon, to: '2026-06-14T00:00:00.000Z' },
      complete: false,
    })
    expect(record(world, 'aws', '2026-06-14')).toMatchObject({ gap: null, complete: true })
    expect(searches()[0]?.query.start_time).toBe('2026-06-13T14:01:00Z')
    expect(searches()).toHaveLength(7)
  })

  it("ends a run at X's horizon when the outage was in the middle of it", async () => {
    stub.posts = day('2026-06-02', 150)
    const world = xWorld()
    stub.odd = [
      { body: { data: [...stub.posts].reverse().slice(0, 100), meta: { result_count: 100, next_token: 'a' } } },
      { status: 429 },
    ]
    await invoke(world)
    world.now = new Date('2026-06-09T12:00:00Z')

    await invoke(world)

    expect(record(world)).toMatchObject({ posts: 100, complete: false, stoppedBy: 'the age of what x still has' })
    expect(record(world)).toMatchObject({ covered: { from: stub.posts[50]!.created_at } })
  })
})

describe('a response of X', () => {
  it.each([
    [
      'says when the window ends',
      {
        'x-rate-limit-limit': '450',
        'x-rate-limit-remaining': '0',
        'x-rate-limit-reset': String(Date.parse('2026-06-03T00:14:30Z') / 1000),
      },
      270,
    ],
    ['does not say when the window ends', {}, 900],
  ])('waits for the rate limit when X %s', async (_, headers, seconds) => {
    stub.posts = day('2026-06-02', 120)
    const world = xWorld()
    stub.odd = [{ status: 429, headers, body: problem('rate-limit-exceeded', 'Too Many Requests') }]

    expect(await invoke(world)).toMatchObject({ goesOnInSeconds: seconds })
    await untilIdle(world)

    expect(idsOf(await stored(world))).toEqual(idsOf(stub.posts))
    expect(await spent(world.table, 'posts', '2026-06-03')).toBe(120)
    expect(stub.asked.filter(({ path }) => path.endsWith('/counts/recent'))).toHaveLength(1)
  })

  it('waits for the rate limit of the count, too', async () => {
    const world = xWorld()
    stub.oddCounts = [{ status: 429 }]

    expect(await invoke(world)).toMatchObject({ goesOnInSeconds: 900 })
  })

  it.each([
    ['a usage cap', 429, problem('usage-capped', 'UsageCapExceeded', 'Usage cap exceeded: Monthly product cap')],
    [
      'no credit',
      402,
      { title: 'CreditsDepleted', detail: 'no credits', type: 'https://api.x.com/2/problems/credits' },
    ],
    ['credit that is used up', 402, problem('credits-depleted', 'Payment Required', 'credits depleted')],
    [
      'a spend cap as X wrote it until summer 2026',
      403,
      { title: 'SpendCapReached', detail: 'billing cycle', type: 'https://api.twitter.com/2/problems/credits' },
    ],
    ['a spend cap', 403, problem('spend-cap-reached', 'Forbidden', 'Your monthly spend cap has been reached.')],
  ])('ends the run at %s, keeps the stored pages, and does not retry', async (_, status, body) => {
    stub.posts = day('2026-06-02', 250)
    const world = xWorld()
    stub.odd = [
      { body: { data: [...stub.posts].reverse().slice(0, 100), meta: { result_count: 100, next_token: '34' } } },
      { status, body },
    ]

    await invoke(world)

    expect(record(world)).toMatchObject({
      posts: 100,
      existing: 250,
      complete: false,
      stoppedBy: 'the usage limit of x',
    })
    expect(facts(world)[0]).toContain('BudgetReached')
    expect(searches()).toHaveLength(2)
    expect(world.queue).toEqual([])
    expect(await spent(world.table, 'posts', '2026-06-03')).toBe(100)
  })

  it.each([
    [
      '401',
      { status: 401, body: problem('unauthorized', 'Unauthorized') },
      /SOURCE_REFUSED: X answered 401: Unauthorized.*bearer token into the secret x-token/,
    ],
    [
      '403',
      { status: 403, body: problem('client-forbidden', 'Client Forbidden') },
      /SOURCE_REFUSED: X answered 403.*developer console/,
    ],
    [
      '400',
      { status: 400, body: problem('invalid-request', 'Invalid Request', 'one of your parameters') },
      /SOURCE_REFUSED: X answered 400: Invalid Request, one of/,
    ],
    [
      '503',
      { status: 503, body: 'over capacity', headers: { 'content-type': 'text/plain' } },
      /SOURCE_UNAVAILABLE: X answered 503/,
    ],
    [
      '200 with errors alone',
      { body: { errors: [problem('about', 'Odd', 'of a kind')] } },
      /SOURCE_UNAVAILABLE: .*Odd, of a kind/,
    ],
    ['200 with a page of HTML', { body: '<html>', headers: { 'content-type': 'text/html' } }, /SOURCE_UNAVAILABLE/],
    ['200 with half of JSON', { body: '{"data":[' }, /SOURCE_UNAVAILABLE/],
  ])(
    'turns %s into an error that says what to do, and the retry loses and repeats nothing',
    async (_, odd, message) => {
      stub.posts = day('2026-06-02', 12)
      const world = xWorld()
      stub.odd = [odd]

      const error: unknown = await invoke(world).catch((thrown: unknown) => thrown)
      await untilIdle(world)

      expect(String(error)).toMatch(message)
      expect(inspect(error, { depth: 9 })).not.toContain(TOKEN)
      expect(idsOf(await stored(world))).toEqual(idsOf(stub.posts))
      expect(await spent(world.table, 'posts', '2026-06-03')).toBe(12)
      expect(await spent(world.table, 'collectUsd', '2026-06-03')).toBe(0.065)
    },
  )

  it('gives up when no response arrives', async () => {
    const world = newWorld()
    const secret = async () => ({ id: 'x-token', value: TOKEN })
    const watched = { name: 'x', settings: { ...settings, apiUrl: stub.url }, tags: ['aws'], languages: [] }
    world.openSource = ({ hashtag }) => openX(50)({ ...watched, hashtag }, { secret, nowMs: Date.now })
    stub.odd = [{ hang: true }]

    await expect(invoke(world)).rejects.toThrow(/SOURCE_UNAVAILABLE: X was not reached/)
  })

  it.each([{ status: 503 }, { body: { data: [] } }, { status: 403 }])(
    'leaves the number of existing posts unknown when the count is invalid: %j',
    async (odd) => {
      stub.posts = day('2026-06-02', 12)
      stub.oddCounts = [odd]
      const world = xWorld()
      await invoke(world)

      expect(record(world)).toMatchObject({ posts: 12, existing: null, complete: true })
    },
  )
})

it('waits until a minute after the end of the day, when X has all of it', async () => {
  const world = xWorld({ now: new Date('2026-06-03T00:00:10Z') })

  expect(await invoke(world)).toMatchObject({ goesOnInSeconds: 50 })
  expect(stub.asked).toEqual([])
})

it.each([
  [
    'does not exist',
    () =>
      secrets.on(GetSecretValueCommand).rejects(Object.assign(new Error('no'), { name: 'ResourceNotFoundException' })),
  ],
  ['is empty', () => secrets.on(GetSecretValueCommand).resolves({ SecretString: ' ' })],
])('says how to store the bearer token when it %s', async (_, arrange) => {
  arrange()

  await expect(invoke(xWorld())).rejects.toThrow(/SECRET_MISSING: .*put-secret-value --secret-id x-token/)
})

it('stores and pays for each post once when a worker dies at any write', async () => {
  const start = () => xWorld({ caps: { ...generousCaps(), posts: { perDay: 150, perMonth: 1000 } } })
  stub.posts = day('2026-06-02', 210)
  const clean = start()
  await untilIdle(clean)

  for (let write = 1; write <= clean.writes; write++) {
    for (const how of ['before', 'after'] as const) {
      const world = start()
      world.killAt = { write, how }
      await untilIdle(world)

      expect(raw(world)).toEqual(raw(clean))
      expect(facts(world)).toEqual(facts(clean))
      expect(await spent(world.table, 'posts', '2026-06-03')).toBe(150)
      expect(await spent(world.table, 'collectUsd', '2026-06')).toBe(0.755)
    }
  }
})

it('keeps the stored page when X answers differently the second time', async () => {
  const [a, b, c] = day('2026-06-02', 3) as [StubPost, StubPost, StubPost]
  stub.posts = [a, b, c]
  const clean = xWorld()
  await invoke(clean)
  const write = clean.writes

  for (let kill = 1; kill < write; kill++) {
    stub.posts = [a, b, c]
    const world = xWorld({ killAt: { write: kill, how: 'after' } })
    await expect(invoke(world)).rejects.toThrow('killed')
    const before = await stored(world)
    stub.posts = [a, c]
    world.now = new Date(world.now.getTime() + 400_000)
    await untilIdle(world)

    const after = await stored(world)
    expect(record(world).posts).toBe(after.length)
    if (before.length > 0) expect(after).toEqual(before)
    else expect(idsOf(after)).toEqual(idsOf([a, c]))
  }
})
