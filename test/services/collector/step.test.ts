import { describe, expect, it } from '@jest/globals'
import type { Room } from '../../../shared/state/ledger'
import { begin, runRecordOf, type RunState } from '../../../services/collector/run'
import type { Exhausted, SourcePage, Wait } from '../../../services/collector/sources/source'
import {
  type Effect,
  type StepFacts,
  type Input,
  sha256,
  type Step,
  step,
  type WaitsFor,
} from '../../../services/collector/step'

const DAY = { from: '2026-06-02T00:00:00.000Z', to: '2026-06-03T00:00:00.000Z' }
const facts: StepFacts = {
  hashtag: 'aws',
  source: {
    name: 'toy',
    textEncoding: 'plain',
    order: 'oldest first',
    page: { least: 1, most: 2 },
    mostUsd: (posts) => posts * 0.01,
    countUsd: 0.05,
    lagSeconds: 60,
    horizon: () => undefined,
  },
  day: DAY,
  first: false,
  now: new Date('2026-06-03T00:10:00Z'),
  languages: ['en'],
  hasTime: true,
}
const withSource = (more: Partial<StepFacts['source']>): StepFacts => ({
  ...facts,
  source: { ...facts.source, ...more },
})

const pageOf = (more: Partial<SourcePage> = {}): SourcePage => ({
  posts: [],
  refused: [],
  read: 2,
  costUsd: 0.02,
  next: null,
  reached: null,
  ...more,
})
const post = (id: string, language = 'en') => ({
  id,
  createdAt: '2026-06-02T08:00:00.000Z',
  authorId: 'a',
  language,
  retweetOf: '',
  source: 'toy',
  text: `post ${id}`,
})
const PAGES: SourcePage[] = [
  pageOf({ posts: [post('1'), post('2', 'de')], next: '1', reached: '2026-06-02T08:00:00.000Z' }),
  pageOf({ posts: [post('3', 'de')], next: '2', refused: [{ line: 1, field: 'id', reason: 'none', row: {} }] }),
  pageOf({ posts: [post('4')] }),
]
const left = (cap: string, amount: number, open: string[] = []): Room => ({
  cap,
  period: '2026-06-03',
  limit: 100,
  left: amount,
  open,
})
const room = (posts: number, usd = 100, open: string[] = []): Input => ({
  after: 'room',
  attempt: 1,
  posts: left('caps.posts.perDay', posts, open),
  collectUsd: left('caps.collectUsd.perDay', usd, open),
})
const BOOKING = { day: '2026-06-03', token: 'aws/2026-06-02/1', posts: 2, usd: 0.02 }
const run: RunState = begin(facts.source, DAY, false, facts.now)
const reserved: RunState = { ...run, booked: BOOKING }

describe('a step of the collector, for one day', () => {
  it('parks the run until the source must have the whole day', () => {
    const early = { ...facts, now: new Date('2026-06-02T23:59:50Z') }

    expect(step(null, { after: 'begin' }, early)).toEqual({
      run: null,
      effect: { kind: 'park', waitSeconds: 70, waitsFor: 'late posts' },
    })
  })

  it('begins with the count and books its price', () => {
    const booking = { day: '2026-06-03', token: 'aws/2026-06-02/count', posts: 0, usd: 0.05 }

    expect(step(null, { after: 'begin' }, facts)).toEqual({
      run: null,
      effect: { kind: 'count', window: DAY, booking },
    })
    expect(step(null, { after: 'count', booking, existing: 7 }, facts)).toMatchObject({
      run: { existing: 7, costUsd: 0.05 },
      effect: { kind: 'close', unsettled: { ...booking, usedPosts: 0, usedUsd: 0.05 } },
    })
    const { run: about } = step(null, { after: 'count', booking, existing: { about: 7 } }, facts)
    expect(about).toMatchObject({ existing: 7, existingIsEstimate: true })
    expect(runRecordOf('aws', about!)).toMatchObject({ existing: 7, existingIsEstimate: true })
    expect(step(null, { after: 'count', booking: null, existing: undefined }, facts)).toMatchObject({
      run: { existing: null, costUsd: 0 },
      effect: { kind: 'room' },
    })
  })

  it('does not finish without time left: the next invocation makes the table of the whole day', () => {
    const gone = withSource({ horizon: () => DAY.to })
    const { run } = step(null, { after: 'begin' }, gone)

    const late = step(run, { after: 'begin' }, { ...gone, hasTime: false })

    expect(late).toMatchObject({ run, effect: { kind: 'park', waitSeconds: 0 } })
    expect(step(late.run, { after: 'begin' }, gone).effect).toEqual({ kind: 'finish' })
  })

  it("finishes with a gap when the day is beyond the source's horizon", () => {
    expect(step(null, { after: 'begin' }, withSource({ horizon: () => DAY.to }))).toMatchObject({
      run: { finished: true, gap: DAY, readable: null },
      effect: { kind: 'finish' },
    })
  })
})

describe('a run', () => {
  it.each<[string, RunState, Input, StepFacts, string, object | null]>([
    [
      'the cap on posts',
      run,
      room(0),
      facts,
      'caps.posts.perDay',
      { cap: 'caps.posts.perDay', limit: 100, period: '2026-06-03' },
    ],
    [
      'the cap on dollars',
      run,
      room(50, 0.001),
      facts,
      'caps.collectUsd.perDay',
      { cap: 'caps.collectUsd.perDay', limit: 100, period: '2026-06-03' },
    ],
    [
      'a cap that other runs have held for too long',
      { ...run, waits: 14 },
      room(0, 100, ['azure/2026-06-02/1']),
      facts,
      'caps.posts.perDay',
      { cap: 'caps.posts.perDay', limit: 100, period: '2026-06-03' },
    ],
    [
      'an exhausted source',
      reserved,
      { after: 'fetch', page: { exhausted: 'no credit', spentPosts: 9 } },
      facts,
      'the usage limit of toy',
      { cap: 'the usage limit of toy', limit: 7, period: '2026-06' },
    ],
    [
      'the horizon of the source',
      run,
      { after: 'begin' },
      withSource({ horizon: () => '2026-06-02T00:00:01.000Z' }),
      'the age of what toy still has',
      null,
    ],
    [
      'another source under the same name',
      run,
      { after: 'begin' },
      withSource({ name: 'other' }),
      'the change of its source to other',
      null,
    ],
  ])('stops a run at %s', (_, from, input, given, reason, cap) => {
    const { run: stopped, effect } = step(from, input, given)

    expect(stopped).toMatchObject({ finished: true, stoppedBy: { reason, cap }, booked: null, answers: [] })
    expect(effect.kind).toBe(from.booked ? 'close' : 'finish')
  })

  it('stops a run when the next page is the one it started from', () => {
    const from: RunState = { ...reserved, page: 2, next: 'here' }
    const page = pageOf({ posts: [post('1')], next: 'here', reached: '2026-06-02T08:00:00.000Z' })
    const { run: fetched } = step(from, { after: 'fetch', page }, facts)
    const { run: stopped } = step(fetched, { after: 'store', created: true, sha256: undefined }, facts)

    expect(stopped).toMatchObject({
      finished: true,
      stoppedBy: { reason: 'pages of toy that lead nowhere', cap: null },
      unsettled: { usedPosts: 2 },
    })
    expect(runRecordOf('aws', stopped!)).toMatchObject({ posts: 1, complete: false })
  })

  it.each<[string, RunState, Input, StepFacts, number, WaitsFor]>([
    ['the invocation has no time', run, { after: 'begin' }, { ...facts, hasTime: false }, 0, 'next invocation'],
    ['the source asks to wait', reserved, { after: 'fetch', page: { waitSeconds: 400 } }, facts, 400, 'rate limit'],
    ['other runs hold the budget', { ...run, waits: 2 }, room(0, 100, ['azure/2026-06-02/1']), facts, 80, 'budget'],
  ])('parks a run while %s', (_, from, input, given, waitSeconds, waitsFor) => {
    expect(step(from, input, given).effect).toEqual({ kind: 'park', waitSeconds, waitsFor })
  })

  it("does not wait for the run's own booking", () => {
    expect(step(run, room(0, 100, ['aws/2026-06-02/1']), facts).run).toMatchObject({ finished: true })
  })

  it('reads the ledger again when a booking is refused, and gives up after ten attempts', () => {
    expect(step(reserved, { after: 'book', attempt: 1, booked: false }, facts)).toEqual({
      run: { ...reserved, booked: null },
      effect: { kind: 'room', attempt: 2 },
    })
    expect(() => step(reserved, { after: 'book', attempt: 10, booked: false }, facts)).toThrow(
      'aws/2026-06-02/1: gave up booking after 10 attempts: ledger contention',
    )
  })

  it('refuses a stored page that matches none of the answers it received', () => {
    const { run: answered } = step(reserved, { after: 'fetch', page: PAGES[0]! }, facts)

    expect(() => step(answered, { after: 'store', created: false, sha256: sha256('other') }, facts)).toThrow(
      /CONFLICT: raw\/.*posts-1\.csv already exists with different content/,
    )
  })

  it('does not mutate its arguments', () => {
    const frozen = Object.freeze({ ...reserved, answers: Object.freeze([]), pages: Object.freeze([]) }) as unknown

    expect(() => step(frozen as RunState, { after: 'fetch', page: PAGES[0]! }, facts)).not.toThrow()
  })
})

describe('a crash of the collector', () => {
  /** A bucket, a ledger and a source in memory; they survive a crash of the interpreter. */
  function newWorld(perDay = 100) {
    const bucket = new Map<string, string>()
    const tokens = new Map<string, number>()
    const spent = () => [...tokens.values()].reduce((sum, posts) => sum + posts, 0)
    const settled: Record<string, number> = {}
    const reads: (string | null)[] = []
    const carryOut = (effect: Effect): Input => {
      switch (effect.kind) {
        case 'count':
          return { after: 'count', booking: effect.booking, existing: 4 }
        case 'close': {
          const { token, usedPosts } = effect.unsettled
          if (tokens.delete(token)) settled[token] = usedPosts
          return { after: 'close' }
        }
        case 'look':
          return { after: 'look', sha256: digest(effect.key) }
        case 'room': {
          const used = spent() + Object.values(settled).reduce((sum, posts) => sum + posts, 0)
          return { ...room(perDay - used), attempt: effect.attempt } as Input
        }
        case 'book':
          tokens.set(effect.booking.token, effect.booking.posts)
          return { after: 'book', attempt: effect.attempt, booked: true }
        case 'fetch': {
          reads.push(effect.request.next)
          const page: SourcePage | Wait | Exhausted = PAGES[Number(effect.request.next ?? 0)]!
          return { after: 'fetch', page }
        }
        case 'store': {
          if (effect.csv === null) return { after: 'store', created: true, sha256: undefined }
          const created = !bucket.has(effect.key)
          if (created) bucket.set(effect.key, effect.csv)
          return { after: 'store', created, sha256: digest(effect.key) }
        }
        case 'park':
        case 'finish':
          throw new Error(effect.kind)
      }
    }
    const digest = (key: string) => (bucket.has(key) ? sha256(bucket.get(key)!) : undefined)
    return { bucket, settled, tokens, reads, carryOut }
  }

  /** Interprets until the run ends; after `kill` effects only the saved run survives. */
  function play(world: ReturnType<typeof newWorld>, kill = Number.POSITIVE_INFINITY) {
    let kept: RunState | null = null
    let input: Input = { after: 'begin' }
    const effects: string[] = []
    for (;;) {
      const { run: after, effect }: Step = step(kept, input, facts)
      // The cursor stores JSON.
      kept = JSON.parse(JSON.stringify(after)) as RunState | null
      if (effect.kind === 'finish') return { effects, record: runRecordOf('aws', kept!) }
      effects.push(effect.kind)
      input = world.carryOut(effect)
      if (effects.length === kill) input = { after: 'begin' }
    }
  }

  const state = ({ bucket, settled, tokens }: ReturnType<typeof newWorld>) => ({
    bucket: [...bucket],
    settled: { ...settled },
    open: [...tokens.keys()],
  })

  it.each([
    ['the whole day', 100],
    ['a day that a cap ends', 3],
  ])('leaves the same result as an uninterrupted run after any effect of %s', (_, perDay) => {
    const clean = newWorld(perDay)
    const { effects, record } = play(clean)

    expect(effects.length).toBeGreaterThan(perDay === 3 ? 8 : 12)
    for (let kill = 1; kill <= effects.length; kill++) {
      const world = newWorld(perDay)
      expect(play(world, kill).record).toEqual(record)
      expect(state(world)).toEqual(state(clean))
    }
  })

  it('reads again only the page that was read and not yet stored', () => {
    const clean = newWorld()
    const { effects } = play(clean)
    const world = newWorld()
    play(world, effects.indexOf('fetch') + 1)

    expect(world.reads).toEqual([null, null, '1', '2'])
  })
})
