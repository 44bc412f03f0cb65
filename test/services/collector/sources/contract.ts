import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import type { Source, SourcePage } from '../../../../services/collector/sources/source'
import { postsFromCsv } from '../../../../shared/posts'
import { spent } from '../../../../shared/state/ledger'
import type { Odd } from '../../../stubs/server'
import { facts, generousCaps, invoke, newWorld, raw, record, untilIdle, type World } from '../world'

/** A network, and the stub that replaces it. */
export interface Network {
  /** Adds posts written at these instants; returns the ids under which they are stored. */
  put(at: readonly string[]): string[]
  open(nowMs: () => number): Promise<Source>
  /** Sets the response to the next request for posts; undefined for a source without a network. */
  odd: ((answer: Odd) => void) | undefined
  /** The secret, which no error may contain. */
  secret: string
  stop(): Promise<void>
}

export const WINDOW = { from: '2026-06-02T00:00:00.000Z', to: '2026-06-03T00:00:00.000Z' }
const BEFORE = '2026-06-01T23:59:59.000Z'
const LAST = '2026-06-02T23:59:59.000Z'
/** Late enough for every source to have all of the day. */
const NOW = new Date('2026-06-03T07:00:00Z')

// Each test sends hundreds of requests, on a machine that may be busy.
jest.setTimeout(60_000)

/** The contract between every source and the collector, tested against a stub of the network. */
export function testSource(name: string, start: () => Promise<Network>) {
  let network: Network
  beforeEach(async () => {
    network = await start()
  })
  afterEach(() => network.stop())

  const open = () => network.open(() => NOW.getTime())
  const world = (given: Partial<World> = {}): World =>
    newWorld({ now: NOW, tags: ['aws'], openSource: () => network.open(() => NOW.getTime()), ...given })

  /** Posts over the whole day, some of them in the same second, enough for several pages of the smallest size. */
  const fill = async () => {
    const { page } = await open()
    const count = Math.max(45, 4 * page.least)
    const times = Array.from({ length: count }, (_, i) => {
      const step = Math.floor(i / 3) * 3 + (i % 3 === 2 ? 1 : 0)
      return new Date(Date.parse(WINDOW.from) + step * Math.floor(85_000 / count) * 1000).toISOString()
    })
    const ids = network.put(times)
    network.put([BEFORE, WINDOW.to])
    return { ids, at: new Map(ids.map((id, i) => [id, times[i]!])), least: page.least }
  }

  // oxlint-disable-next-line jest/valid-title -- the caller names the source
  describe(name, () => {
    it('includes the first instant of the window and excludes its last', async () => {
      network.put([BEFORE])
      const [first] = network.put([WINDOW.from])
      const [last] = network.put([LAST])
      network.put([WINDOW.to])
      const pages = await walk(await open(), () => 100)

      expect(new Set(idsOf(pages))).toEqual(new Set([first, last]))
      expect(idsOf(pages)).toHaveLength(2)
    })

    it('is read in its own order, within the window and its page limit', async () => {
      const { least } = await fill()
      const source = await open()
      const sizes = [least + 3, least, least + 7]
      const pages = await walk(source, (i) => sizes[i % sizes.length]!)
      const reached = pages.flatMap(({ page }) => page.reached ?? [])

      expect(pages.length).toBeGreaterThan(2)
      expect(pages.filter(({ page, limit }) => page.read > limit || page.posts.length > page.read)).toEqual([])
      expect(reached.filter((at) => at < WINDOW.from || at >= WINDOW.to)).toEqual([])
      expect(reached).toEqual(source.order === 'newest first' ? [...reached].sort().reverse() : [...reached].sort())
    })

    it('returns every post of the window once, whatever the page size', async () => {
      const { ids, least } = await fill()
      for (const sizes of [[least], [least + 1, least + 9], [100]]) {
        const pages = await walk(await open(), (i) => Math.max(least, sizes[i % sizes.length]!))

        expect(idsOf(pages).sort()).toEqual([...ids].sort())
      }
    })

    it('resumes from any page in another invocation', async () => {
      const { ids, least } = await fill()
      const pages = await walk(await open(), () => least + 2)
      for (const [i, { page }] of pages.slice(0, -1).entries()) {
        const rest = await walk(await open(), () => least + 5, page.next)
        const before = idsOf(pages.slice(0, i + 1))

        expect([...before, ...idsOf(rest)].sort()).toEqual([...ids].sort())
      }
    })

    it('is stopped by a cap, and then reports the part of the window that it covered', async () => {
      const { at, least } = await fill()
      for (const perDay of [Math.max(5, least), least + 8, 2 * least + 11]) {
        const stopped = world({ caps: { ...generousCaps(), posts: { perDay, perMonth: 1e6 } } })
        await invoke(stopped)

        const { covered, complete, stoppedBy } = record(stopped)
        const kept = new Set((await stored(stopped)).map(({ id }) => id))
        expect({ complete, stoppedBy }).toEqual({ complete: false, stoppedBy: 'caps.posts.perDay' })
        expect(await spent(stopped.table, 'posts', '2026-06-03')).toBeLessThanOrEqual(perDay)
        const { from, to } = covered as typeof WINDOW
        // The source has read up to that instant; the next page may have another post of the same instant.
        const isWithin = (time: string) => time > from && time < to
        expect([...at].filter(([id, time]) => isWithin(time) && !kept.has(id))).toEqual([])
        expect([from >= WINDOW.from, to <= WINDOW.to, from < to]).toEqual([true, true, true])
      }
    })

    it('is complete when the day has no posts', async () => {
      network.put([BEFORE, WINDOW.to])
      const empty = world()
      await invoke(empty)

      expect(record(empty)).toMatchObject({ posts: 0, complete: true, stoppedBy: null, covered: WINDOW })
    })

    it('stores each post once when the worker dies at any write', async () => {
      await fill()
      const start = () => world({ caps: { ...generousCaps(), posts: { perDay: 1e6, perMonth: 1e6 } } })
      const clean = start()
      await untilIdle(clean)
      for (let write = 1; write <= clean.writes; write += 2) {
        const killed = start()
        killed.killAt = { write, how: write % 4 === 1 ? 'before' : 'after' }
        await untilIdle(killed)

        expect(raw(killed)).toEqual(raw(clean))
        expect(facts(killed)).toEqual(facts(clean))
      }
    })

    it('waits for a rate limit without losing or repeating a post', async () => {
      const { ids } = await fill()
      if (!network.odd) return expect(ids.length).toBeGreaterThan(0)
      network.odd({ status: 429, body: { error: 'Zu viele Anfragen' } })
      const waiting = world()

      const { goesOnInSeconds } = await invoke(waiting)
      await untilIdle(waiting)

      expect(goesOnInSeconds).toBeGreaterThan(0)
      expect((await stored(waiting)).map(({ id }) => id).sort()).toEqual([...ids].sort())
    })

    it.each<[string, Odd]>([
      [
        '503 with a page of HTML',
        { status: 503, headers: { 'content-type': 'text/html' }, body: '<title>Down</title>' },
      ],
      ['a page of HTML', { headers: { 'content-type': 'text/html' }, body: '<html>Are you human?</html>' }],
      ['half of its JSON', { body: '[{"id":"1' }],
      ['half of its body', { body: { cut: 'x'.repeat(5000) }, cut: true }],
      ['JSON of another form', { body: { error: 'odd' } }],
      ['a redirect', { status: 302, headers: { location: 'https://elsewhere.example/login' }, body: '' }],
    ])('is unavailable when it answers %s; the retry loses and repeats nothing', async (_, odd) => {
      const { ids } = await fill()
      if (!network.odd) return expect(ids.length).toBeGreaterThan(0)
      network.odd(odd)
      const failing = world()

      const error: unknown = await invoke(failing).catch((thrown: unknown) => thrown)
      await untilIdle(failing)

      expect(String(error)).toMatch(/SOURCE_UNAVAILABLE/)
      expect(inspect(error, { depth: 9 })).not.toContain(network.secret)
      expect((await stored(failing)).map(({ id }) => id).sort()).toEqual([...ids].sort())
    })
  })
}

interface Read {
  page: SourcePage
  limit: number
}

/** Read a window to its end, page by page. */
export async function walk(
  source: Source,
  limitOf: (i: number) => number,
  from: string | null = null,
): Promise<Read[]> {
  const pages: Read[] = []
  for (let next = from, i = 0; ; i++) {
    if (i > 500) throw new Error('the walk never comes to an end')
    const limit = Math.min(source.page.most, Math.max(source.page.least, limitOf(i)))
    const page = await source.read({ window: WINDOW, first: false, next, limit })
    if (!('posts' in page)) throw new Error(`no page: ${JSON.stringify(page)}`)
    pages.push({ page, limit })
    if (page.next === null) return pages
    next = page.next
  }
}

export const idsOf = (pages: readonly Read[]): string[] => pages.flatMap(({ page }) => page.posts.map(({ id }) => id))

export async function stored(world: World) {
  const posts = []
  for (const [key, csv] of Object.entries(raw(world))) {
    if (key.endsWith('.csv')) for await (const post of postsFromCsv(csv)) posts.push(post)
  }
  return posts
}
