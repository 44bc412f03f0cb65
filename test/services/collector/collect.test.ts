import { describe, expect, it } from '@jest/globals'
import { book, spent } from '../../../shared/state/ledger'
import { postsFromCsv } from '../../../shared/posts'
import { bury } from '../../../shared/state/tombstones'
import { facts, generousCaps, invoke, MARK, newWorld, raw, record, tables, untilIdle, type World } from './world'

/** `count` posts spread over a UTC day, named by their number. */
const dayOf = (date: string, count: number, more: object = {}) =>
  Array.from({ length: count }, (_, i) => ({
    id: `${date}-${i}`,
    createdAt: new Date(Date.parse(date) + (i * 86_400_000) / count).toISOString(),
    text: `post ${i} of ${date} #aws`,
    ...more,
  }))

async function storedIds(world: World): Promise<string[]> {
  const ids: string[] = []
  for (const [key, csv] of Object.entries(raw(world))) {
    if (!key.endsWith('.csv')) continue
    for await (const { id } of postsFromCsv(csv)) ids.push(id)
  }
  return ids
}

const june2 = dayOf('2026-06-02', 20)
const threeDays = ['2026-05-31', '2026-06-01', '2026-06-02'].flatMap((date) => dayOf(date, 10))

describe('collecting one day', () => {
  it('stores the pages, then run.json, then publishes the event', async () => {
    const world = newWorld({ lines: june2 })

    const answer = await invoke(world)

    const folder = 'raw/stream=file/hashtag=aws/date=2026-06-02/run=20260602t000000z-20260603t000000z'
    expect(Object.keys(raw(world))).toEqual(
      [1, 2, 3].map((page) => `${folder}/posts-${page}.csv`).concat(`${folder}/run.json`),
    )
    const isTable = (key: string) => key.startsWith('tables/')
    expect([...world.objects.keys()].filter((key) => !isTable(key)).at(-1)).toBe(`${folder}/run.json`)
    expect(await storedIds(world)).toEqual(june2.map(({ id }) => id))
    expect(record(world)).toMatchObject({
      hashtag: 'aws',
      date: '2026-06-02',
      window: { from: '2026-06-02T00:00:00.000Z', to: '2026-06-03T00:00:00.000Z' },
      covered: { from: '2026-06-02T00:00:00.000Z', to: '2026-06-03T00:00:00.000Z' },
      complete: true,
      stoppedBy: null,
      gap: null,
      pages: 3,
      posts: 20,
      existing: 20,
      costUsd: 0.2,
    })
    expect(world.told).toEqual([
      {
        event: 'PostsCollected',
        detail: {
          hashtag: 'aws',
          stream: 'file',
          date: '2026-06-02',
          run: '20260602t000000z-20260603t000000z',
          runKey: `${folder}/run.json`,
          posts: 20,
          complete: true,
          costUsd: 0.2,
        },
      },
    ])
    expect(answer).toEqual({
      hashtag: 'aws',
      stream: 'file',
      runs: [{ run: '20260602t000000z-20260603t000000z', posts: 20, complete: true, stoppedBy: null }],
      through: '2026-06-03T00:00:00.000Z',
    })
  })

  it('includes a post at the first instant of the day and excludes one at the first instant of the next', async () => {
    const at = (id: string, createdAt: string) => ({ id, createdAt, text: '#aws' })
    const world = newWorld({
      lines: [
        at('before', '2026-06-01T23:59:59.999Z'),
        at('first', '2026-06-02T00:00:00.000Z'),
        at('last', '2026-06-02T23:59:59.999Z'),
        at('elsewhere', '2026-06-03T01:00:00+02:00'),
        at('after', '2026-06-03T00:00:00Z'),
      ],
    })

    await invoke(world)

    expect(await storedIds(world)).toEqual(['first', 'elsewhere', 'last'])
  })

  it('records a run without pages for a day without posts', async () => {
    const world = newWorld({ lines: [] })

    await invoke(world)

    expect(Object.keys(raw(world))).toEqual([expect.stringMatching(/run\.json$/)])
    expect(record(world)).toMatchObject({ posts: 0, objects: [], complete: true })
  })

  it('does not collect a day again that is already collected', async () => {
    const world = newWorld({ lines: june2 })
    await invoke(world)
    const before = raw(world)

    expect(await invoke(world)).toMatchObject({ runs: [] })
    expect(raw(world)).toEqual(before)
    expect(await spent(world.table, 'posts', '2026-06-03')).toBe(20)
  })

  it('catches up after an outage of several days with one run a day, in order', async () => {
    const world = newWorld({ lines: threeDays, now: new Date('2026-06-01T12:00:00Z') })
    await invoke(world)
    world.now = new Date('2026-06-03T12:00:00Z')
    await invoke(world)

    expect(facts(world).map((fact) => /"date":"([^"]+)"/.exec(fact)?.[1])).toEqual([
      '2026-05-31',
      '2026-06-01',
      '2026-06-02',
    ])
    expect(await storedIds(world)).toEqual(threeDays.map(({ id }) => id))
  })

  it('starts at an earlier day when the first request for a hashtag names it, and accepts that request twice', async () => {
    const world = newWorld({ lines: threeDays })
    await invoke(world, { hashtag: '#AWS', from: '2026-05-31' })
    await invoke(world, { hashtag: 'aws', from: '2026-05-31' })

    expect(await storedIds(world)).toEqual(threeDays.map(({ id }) => id))
    await expect(invoke(world, { hashtag: 'aws', from: '2026-05-30' })).rejects.toThrow(/collected since 2026-05-31/)
  })
})

describe('a request to the collector', () => {
  it('refuses a request that starts in the future, without blocking later requests', async () => {
    const world = newWorld({ lines: june2 })

    await expect(invoke(world, { hashtag: 'aws', from: '2062-06-02' })).rejects.toThrow(
      /from: 2062-06-02 is in the future/,
    )
    expect(await invoke(world)).toMatchObject({ through: '2026-06-03T00:00:00.000Z' })
  })

  it('puts every stream on the queue when the request names no hashtag', async () => {
    const world = newWorld()

    expect(await invoke(world, {})).toEqual({ asked: ['aws/file', 'azure/file'] })
    expect(world.queue.map(({ request }) => request)).toEqual([
      { hashtag: 'aws', stream: 'file' },
      { hashtag: 'azure', stream: 'file' },
    ])
  })

  it('refuses an unknown hashtag and lists the configured ones', async () => {
    await expect(invoke(newWorld(), { hashtag: 'gcp' })).rejects.toThrow(
      /REQUEST_INVALID: #gcp .*#aws on file, #azure on file/,
    )
  })

  it.each([
    ['an unknown field', { hashtag: 'aws', to: '2026-06-01' }, /unrecognized_keys/],
    ['`from` but no hashtag', { from: '2026-06-01' }, /from needs a hashtag/],
    ['a `from` that is not a date', { hashtag: 'aws', from: 'yesterday' }, /Invalid ISO date/],
  ])('refuses a request with %s', async (_, request, reason) => {
    await expect(invoke(newWorld(), request)).rejects.toThrow(reason)
  })
})

describe('the language filter', () => {
  it('drops and counts posts in other languages, and keeps a post without a language', async () => {
    const lines = ['en', 'en-GB', '', 'de', 'ja'].map((language, i) => ({ ...june2[i], language }))
    const world = newWorld({ lines, languages: ['en'] })

    await invoke(world)

    expect(await storedIds(world)).toEqual(june2.slice(0, 3).map(({ id }) => id))
    expect(record(world)).toMatchObject({ posts: 3, otherLanguages: 2, existing: 5 })
  })

  it('keeps every language when none is configured', async () => {
    const world = newWorld({ lines: [{ ...june2[0], language: 'ja' }] })
    await invoke(world)

    expect(record(world)).toMatchObject({ posts: 1, otherLanguages: 0 })
  })

  it('stores no empty page when it drops every post', async () => {
    const world = newWorld({ lines: june2.map((post) => ({ ...post, language: 'de' })), languages: ['en'] })
    await invoke(world)

    expect(Object.keys(raw(world))).toHaveLength(1)
    expect(record(world)).toMatchObject({ posts: 0, otherLanguages: 20, pages: 3, complete: true })
  })
})

describe('a cap on collecting', () => {
  const capped = (caps: object, lines = june2) => newWorld({ lines, caps: { ...generousCaps(), ...caps } })

  it.each([
    ['posts per day', { posts: { perDay: 9, perMonth: 100 } }, 9, 'caps.posts.perDay', '2026-06-03', 9],
    ['posts per month', { posts: { perDay: 15, perMonth: 14 } }, 14, 'caps.posts.perMonth', '2026-06', 14],
    ['dollars per day', { collectUsd: { perDay: 0.05, perMonth: 9 } }, 5, 'caps.collectUsd.perDay', '2026-06-03', 0.05],
    [
      'dollars per month',
      { collectUsd: { perDay: 1, perMonth: 0.115 } },
      11,
      'caps.collectUsd.perMonth',
      '2026-06',
      0.115,
    ],
  ])('ends the run exactly at the cap on %s', async (_, caps, posts, cap, period, limit) => {
    const world = capped(caps)

    await invoke(world)

    expect(await storedIds(world)).toEqual(june2.slice(0, posts).map(({ id }) => id))
    expect(record(world)).toMatchObject({
      posts,
      complete: false,
      stoppedBy: cap,
      existing: 20,
      covered: { from: '2026-06-02T00:00:00.000Z', to: june2[posts]!.createdAt },
    })
    expect(world.told.map(({ event }) => event)).toEqual(['BudgetReached', 'PostsCollected'])
    expect(world.told[0]?.detail).toEqual({ cap, limit, period, service: 'collector' })
  })

  it('does not stop a run that fits the cap exactly', async () => {
    const world = capped({ posts: { perDay: 20, perMonth: 20 }, collectUsd: { perDay: 0.2, perMonth: 0.2 } })
    await invoke(world)

    expect(record(world)).toMatchObject({ posts: 20, complete: true })
    expect(world.told.map(({ event }) => event)).toEqual(['PostsCollected'])
  })

  it('shares a cap among all hashtags, and reports it once when it is reached', async () => {
    const world = capped({ posts: { perDay: 25, perMonth: 100 } }, [
      ...june2,
      ...dayOf('2026-06-02', 20, { hashtag: 'azure' }),
    ])

    await untilIdle(world, {})

    expect(await storedIds(world)).toHaveLength(25)
    expect(await spent(world.table, 'posts', '2026-06-03')).toBe(25)
    expect(world.told.filter(({ event }) => event === 'BudgetReached')).toHaveLength(1)
    expect(record(world, 'azure')).toMatchObject({ posts: 5, complete: false })
  })

  it("does not report a cap as reached while another hashtag's booking may still be refunded", async () => {
    const world = capped({ posts: { perDay: 7, perMonth: 100 } }, [
      ...dayOf('2026-06-02', 3),
      ...dayOf('2026-06-02', 4, { hashtag: 'azure' }),
    ])

    await Promise.all([invoke(world, { hashtag: 'aws' }), invoke(world, { hashtag: 'azure' })])
    await untilIdle(world)

    expect(record(world, 'aws')).toMatchObject({ posts: 3, complete: true })
    expect(record(world, 'azure')).toMatchObject({ posts: 4, complete: true })
    expect(world.told.map(({ event }) => event)).toEqual(['PostsCollected', 'PostsCollected'])
  })

  it('waits for a budget that an abandoned run has booked, but only for a limited time', async () => {
    const world = capped({ posts: { perDay: 7, perMonth: 100 } })
    await book(world.table, { kind: 'posts', perDay: 7, perMonth: 100 }, '2026-06-03', 'gone/2026-06-02/1', 5)

    await untilIdle(world)

    expect(record(world)).toMatchObject({ posts: 2, stoppedBy: 'caps.posts.perDay' })
    expect(world.now.getTime() - Date.parse('2026-06-03T00:10:00Z')).toBeLessThan(3 * 3_600_000)
  })

  it('records an empty run for each day that follows once the cap is used up', async () => {
    const world = capped({ posts: { perDay: 5, perMonth: 12 } }, [
      ...june2,
      ...dayOf('2026-06-03', 20),
      ...dayOf('2026-06-04', 20),
      ...dayOf('2026-06-05', 20),
    ])
    for (const day of ['03', '04', '05', '06']) {
      world.now = new Date(`2026-06-${day}T00:10:00Z`)
      await invoke(world)
    }

    expect(['02', '03', '04', '05'].map((day) => record(world, 'aws', `2026-06-${day}`).posts)).toEqual([5, 5, 2, 0])
    expect(record(world, 'aws', '2026-06-05')).toMatchObject({
      covered: null,
      stoppedBy: 'caps.posts.perMonth',
      complete: false,
    })
    expect(world.told.filter(({ detail }) => detail.cap === 'caps.posts.perMonth')).toHaveLength(1)
  })
})

describe('an invocation of the collector', () => {
  it('comes back when the lease of the running invocation must have expired', async () => {
    const world = newWorld({ lines: june2, killAt: { write: 5, how: 'after' } })
    await expect(invoke(world)).rejects.toThrow('killed')
    world.now = new Date(world.now.getTime() + 60_000)

    const answer = await invoke(world)

    expect(answer).toMatchObject({ runs: [], goesOnInSeconds: 241 })
    expect(world.queue).toEqual([{ request: { hashtag: 'aws', stream: 'file' }, at: world.now.getTime() + 241_000 }])
  })

  it('queues the rest of the work when its time runs out, and the next invocation continues it', async () => {
    const world = newWorld({ lines: june2 })
    const open = world.openSource
    world.openSource = async (stream) => {
      const source = await open(stream)
      return { ...source, read: async (request) => ((world.timeMs = 10_000), source.read(request)) }
    }

    const answer = await invoke(world)
    const stored = await storedIds(world)
    world.timeMs = 300_000
    await untilIdle(world)

    expect(answer).toMatchObject({ runs: [], goesOnInSeconds: 2 })
    expect(stored).toHaveLength(7)
    expect(await storedIds(world)).toEqual(june2.map(({ id }) => id))
  })

  it.each([
    ['the count', { count: async () => ({ waitSeconds: 400 }) }],
    ['a page', { read: async () => ({ waitSeconds: 400 }) }],
  ])('comes back when the source asks to wait before %s, and books nothing twice', async (_, rude) => {
    const world = newWorld({ lines: june2 })
    const open = world.openSource
    world.openSource = async (stream) => ({ ...(await open(stream)), ...rude })
    for (let i = 0; i < 3; i++) expect(await invoke(world)).toMatchObject({ goesOnInSeconds: 400 })
    world.openSource = open

    await untilIdle(world)

    expect(await storedIds(world)).toEqual(june2.map(({ id }) => id))
    expect(await spent(world.table, 'posts', '2026-06-03')).toBe(20)
  })

  it("ends the run and reports it when the source's quota is exhausted", async () => {
    const world = newWorld({ lines: june2 })
    const open = world.openSource
    world.openSource = async (stream) => {
      const source = await open(stream)
      return {
        ...source,
        read: async (request) => (request.next === null ? source.read(request) : { exhausted: 'no credit' }),
      }
    }

    await invoke(world)

    expect(record(world)).toMatchObject({ posts: 7, complete: false, stoppedBy: 'the usage limit of file' })
    expect(world.told[0]).toEqual({
      event: 'BudgetReached',
      detail: { cap: 'the usage limit of file', limit: 7, period: '2026-06', service: 'collector' },
    })
    expect(await spent(world.table, 'posts', '2026-06')).toBe(7)
    expect(world.log).toContain('no credit')
  })

  it('ends the run when the source of that run has changed', async () => {
    const world = newWorld({ lines: june2 })
    const open = world.openSource
    world.openSource = async (stream) => ({ ...(await open(stream)), read: async () => ({ waitSeconds: 60 }) })
    await invoke(world)
    world.openSource = async (stream) => ({ ...(await open(stream)), name: 'another' })

    await untilIdle(world)

    expect(record(world)).toMatchObject({ complete: false, posts: 0, stoppedBy: expect.stringContaining('another') })
    expect(await spent(world.table, 'posts', '2026-06-03')).toBe(0)
  })

  it('stores and books everything once when two invocations run at the same time', async () => {
    const world = newWorld({ lines: june2 })

    await Promise.all([invoke(world), invoke(world), invoke(world)])
    await untilIdle(world)

    expect(await storedIds(world)).toEqual(june2.map(({ id }) => id))
    expect(await spent(world.table, 'posts', '2026-06-03')).toBe(20)
    expect(await spent(world.table, 'collectUsd', '2026-06-03')).toBe(0.2)
    expect(facts(world)).toHaveLength(1)
  })
})

describe('the outcome of a collecting run', () => {
  const lines = [
    ...dayOf('2026-06-01', 4).map((post, i) => ({ ...post, language: i % 3 ? 'en' : 'de' })),
    { createdAt: '2026-06-01T05:00:00Z', text: ' ' },
    ...dayOf('2026-06-02', 12),
  ]
  const start = () =>
    newWorld({ lines, languages: ['en'], caps: { ...generousCaps(), posts: { perDay: 13, perMonth: 100 } } })
  const request = { hashtag: 'aws', from: '2026-06-01' }
  const ledger = (world: World) =>
    Promise.all(
      ['posts', 'collectUsd'].flatMap((kind) => ['2026-06-03', '2026-06'].map((of) => spent(world.table, kind, of))),
    )

  it.each(['before', 'after'] as const)(
    'is the same when the worker is killed %s any of its writes',
    async (how) => {
      const clean = start()
      await untilIdle(clean, request)
      const left = async (of: World) => ({
        raw: raw(of),
        tables: tables(of),
        facts: facts(of),
        ledger: await ledger(of),
      })
      const wanted = await left(clean)

      expect(wanted.facts).toHaveLength(3)
      expect(Object.keys(wanted.tables)).toHaveLength(4)
      expect(wanted.ledger).toEqual([13, 13, 0.13, 0.13])
      for (let write = 1; write <= clean.writes; write++) {
        const world = start()
        world.killAt = { write, how }
        await untilIdle(world, request)
        expect(await left(world)).toEqual(wanted)
      }
    },
    60_000,
  )

  it('is the same when the response to any write is lost', async () => {
    const clean = start()
    await untilIdle(clean, request)

    for (let write = 1; write <= clean.writes; write++) {
      const world = start()
      world.loseAnswerOf = write
      await untilIdle(world, request)
      expect({ raw: raw(world), facts: facts(world), ledger: await ledger(world) }).toEqual({
        raw: raw(clean),
        facts: facts(clean),
        ledger: await ledger(clean),
      })
    }
  })
})

describe('a post that was deleted from the bucket', () => {
  const rows = dayOf('2026-06-02', 20, { author: 'somebody' })
  const retweet = { ...rows[19], id: 'again', author: 'fan', retweetOf: '2026-06-02-3', text: 'RT: post 3' }

  it.each([
    ['is not collected again, and neither are its retweets', MARK('post', '2026-06-02-3'), 19],
    ['excludes all later posts of its author when the deletion named the author', MARK('author', 'somebody'), 1],
  ])('%s', async (_, mark, left) => {
    const world = newWorld({ lines: [...rows, retweet] })
    await bury(world.table, [mark], world.now)

    await invoke(world)

    const ids = await storedIds(world)
    expect(ids).toHaveLength(left)
    expect(ids).not.toContain('2026-06-02-3')
    expect(record(world)).toMatchObject({ posts: left, complete: true, costUsd: 0.21 })
  })

  it('keeps no refused row of a deleted post either', async () => {
    const world = newWorld({
      lines: [{ id: 'gone', createdAt: '2026-06-02T01:00:00Z', text: '', author: 'a' }, ...rows],
    })
    await bury(world.table, [MARK('post', 'gone')], world.now)

    await invoke(world)

    expect(Object.values(raw(world)).join('')).not.toContain('gone')
  })
})
