import { createHash } from 'node:crypto'
import { BellwetherError } from '../../shared/errors'
import { keys } from '../../shared/keys'
import { type Post, postsToCsv } from '../../shared/posts'
import type { Room } from '../../shared/state/ledger'
import { streamLabel } from '../../shared/streams'
import { dayOf } from '../../shared/utc-day'
import { advance, type PageSummary, begin, type PageBooking, pageKey, placeOfRun, type RunState, stop } from './run'
import type { Count, Exhausted, PageRequest, Source, SourcePage, Wait } from './sources/source'
import type { TimeWindow } from './window'

/**
 * Facts that a step may use besides the run: the source's description of itself, the day, and the invocation's clock.
 */
export interface StepFacts {
  hashtag: string
  /** The network of the stream. */
  stream?: string | undefined
  source: Pick<Source, 'name' | 'textEncoding' | 'order' | 'page' | 'mostUsd' | 'countUsd' | 'lagSeconds' | 'horizon'>
  day: TimeWindow
  /** Whether this is the first window of the stream. */
  first: boolean
  now: Date
  languages: readonly string[]
  /** Whether the invocation has time for another page. */
  hasTime: boolean
}

/**
 * What the interpreter does next. It stores the run in the cursor first, so that the next invocation repeats at most
 * one effect.
 */
export type Effect =
  /** Book the price of the count, then ask the source for the count. */
  | { kind: 'count'; window: TimeWindow; booking: PageBooking | null }
  /** Close a booking with what was really spent. */
  | { kind: 'close'; unsettled: NonNullable<RunState['unsettled']> }
  /** Look for the next page in the bucket: an earlier invocation may have stored it. */
  | { kind: 'look'; key: string }
  /** Read what the caps leave. */
  | { kind: 'room'; attempt: number }
  | { kind: 'book'; booking: PageBooking; attempt: number }
  | { kind: 'fetch'; request: PageRequest }
  /** Store a page; a page without posts gets no CSV. */
  | { kind: 'store'; key: string; csv: string | null; refusedKey: string; refused: SourcePage['refused'] }
  /** Put the rest of the run on the queue. */
  | { kind: 'park'; waitSeconds: number; waitsFor: WaitsFor }
  /** Write run.json, publish, and move the cursor. */
  | { kind: 'finish' }

/**
 * Why a run is resumed later: the network may still receive posts of the day, it limits requests, other runs hold the
 * rest of a cap, or the invocation's time is over.
 */
export type WaitsFor = 'late posts' | 'rate limit' | 'budget' | 'next invocation'

/** The result of an effect. */
export type Input =
  /** An invocation begins: only the run in the cursor is known. */
  | { after: 'begin' }
  | { after: 'count'; booking: PageBooking | null; existing: Count | undefined | Wait }
  | { after: 'close' }
  /** SHA-256 of the page in the bucket, if there is one. */
  | { after: 'look'; sha256: string | undefined }
  | { after: 'room'; attempt: number; posts: Room; collectUsd: Room }
  | { after: 'book'; attempt: number; booked: boolean }
  | { after: 'fetch'; page: SourcePage | Wait | (Exhausted & { spentPosts: number }) }
  /** `created` is false where another page was there: then `sha256` is that of the existing page. */
  | { after: 'store'; created: boolean; sha256: string | undefined }

/** The state to store in the cursor (null before a run has begun), and the effect that follows. */
export interface Step {
  run: RunState | null
  effect: Effect
}

/** Attempts to book while other runs change the ledger. */
const MOST_ATTEMPTS = 10

/**
 * Backoff while other runs hold the remaining budget: exponential, over two hours in all. By then the queue or the
 * reconciler has resumed a run whose invocation crashed. After that the cap counts as reached, so that an abandoned
 * booking cannot block other runs.
 */
const backoffSeconds = (waits: number): number => Math.min(900, 20 * 2 ** waits)
const MOST_WAITS = 14

/** One step of collecting a UTC day. Pure: every side effect is in the effect that it returns. Raises CONFLICT. */
export function step(run: RunState | null, input: Input, facts: StepFacts): Step {
  if (input.after === 'count') return counted(begun(facts), input, facts)
  if (run === null) return start(facts)
  switch (input.after) {
    case 'begin':
      return proceed(run, facts)
    case 'close':
      return next(run, facts)
    case 'look': {
      const stored = run.answers.find(({ sha256 }) => sha256 === input.sha256)
      return stored ? proceed(advance(run, stored), facts) : plan(run)
    }
    case 'room':
      return reserve(run, input, facts)
    case 'book':
      return booked(run, input, facts)
    case 'fetch':
      return fetched(run, input.page, facts)
    case 'store':
      return stored(run, input, facts)
  }
}

export const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex')

const begun = ({ source, day, first, now, stream }: StepFacts): RunState => begin(source, day, first, now, stream)

function start(facts: StepFacts): Step {
  const { source, day, now } = facts
  const early = Math.ceil((Date.parse(day.to) - now.getTime()) / 1000) + source.lagSeconds
  if (early > 0) return { run: null, effect: { kind: 'park', waitSeconds: early, waitsFor: 'late posts' } }
  const run = begun(facts)
  if (!run.readable) return proceed(run, facts)
  const booking = source.countUsd > 0 ? bookingOf(facts, 'count', 0, source.countUsd) : null
  return { run: null, effect: { kind: 'count', window: run.readable, booking } }
}

/** A count that could not be booked is not requested: `existing` stays unknown. */
function counted(run: RunState, { booking, existing }: Extract<Input, { after: 'count' }>, facts: StepFacts): Step {
  if (typeof existing === 'object' && 'waitSeconds' in existing)
    return { run: null, effect: { kind: 'park', waitSeconds: existing.waitSeconds, waitsFor: 'rate limit' } }
  const costUsd = booking?.usd ?? 0
  const unsettled = booking && { ...booking, usedPosts: 0, usedUsd: costUsd }
  const counted =
    typeof existing === 'object'
      ? { existing: existing.about, existingIsEstimate: true }
      : { existing: existing ?? null, existingIsEstimate: false }
  return proceed({ ...run, ...counted, costUsd, unsettled }, facts)
}

/** Resume a run as the cursor has it. */
const proceed = (run: RunState, facts: StepFacts): Step =>
  run.unsettled ? { run, effect: { kind: 'close', unsettled: run.unsettled } } : next(run, facts)

/** The next page, or the end. */
function next(run: RunState, facts: StepFacts): Step {
  const { source, now, hasTime } = facts
  // Also before the end: the table of posts is made of the whole day.
  if (!hasTime) return { run, effect: { kind: 'park', waitSeconds: 0, waitsFor: 'next invocation' } }
  if (run.finished) return { run, effect: { kind: 'finish' } }
  // The source refuses a window that begins before its horizon, even where the rest is within reach.
  if (run.readable !== null && (source.horizon(now) ?? '') > run.readable.from) {
    return proceed(stop(run, `the age of what ${source.name} still has`, null), facts)
  }
  // A page position of one source has no meaning to another.
  if (run.source !== source.name) {
    return proceed(stop(run, `the change of its source to ${source.name}`, null), facts)
  }
  if (run.answers.length === 0) return plan(run)
  return { run, effect: { kind: 'look', key: pageKey(facts.hashtag, run, run.page) } }
}

const plan = (run: RunState): Step => ({
  run,
  effect: run.booked ? { kind: 'book', booking: run.booked, attempt: 1 } : { kind: 'room', attempt: 1 },
})

/** Book the most that the next page may cost. A cap without room for a page ends the run. */
function reserve(run: RunState, room: Extract<Input, { after: 'room' }>, facts: StepFacts): Step {
  const { posts, collectUsd, attempt } = room
  const { source } = facts
  const affordable = largestWithin(collectUsd.left, source)
  const limit = Math.min(source.page.most, Math.floor(posts.left), affordable)
  if (limit >= source.page.least) {
    const booking = bookingOf(facts, run.page, limit, source.mostUsd(limit))
    return { run: { ...run, booked: booking }, effect: { kind: 'book', booking, attempt } }
  }
  const { left: _, open, ...cap } = affordable < Math.floor(posts.left) ? collectUsd : posts
  const mayComeBack = open.some((token) => token !== tokenOf(facts, run.page))
  if (mayComeBack && run.waits < MOST_WAITS) {
    const waitSeconds = backoffSeconds(run.waits)
    return { run: { ...run, waits: run.waits + 1 }, effect: { kind: 'park', waitSeconds, waitsFor: 'budget' } }
  }
  return proceed(stop(run, cap.cap, cap), facts)
}

function booked(run: RunState, { booked, attempt }: Extract<Input, { after: 'book' }>, facts: StepFacts): Step {
  if (booked && run.booked && run.readable) {
    const { first, next } = run
    return { run, effect: { kind: 'fetch', request: { window: run.readable, first, next, limit: run.booked.posts } } }
  }
  // Another stream booked first: read again what is left.
  if (attempt === MOST_ATTEMPTS) {
    const token = tokenOf(facts, run.page)
    throw new BellwetherError(
      'CONFLICT',
      `${token}: gave up booking after ${MOST_ATTEMPTS} attempts: ledger contention; the next attempt of this run tries again`,
    )
  }
  return { run: { ...run, booked: null }, effect: { kind: 'room', attempt: attempt + 1 } }
}

function fetched(run: RunState, page: Extract<Input, { after: 'fetch' }>['page'], facts: StepFacts): Step {
  if ('waitSeconds' in page)
    return { run, effect: { kind: 'park', waitSeconds: page.waitSeconds, waitsFor: 'rate limit' } }
  if ('exhausted' in page) {
    const cap = `the usage limit of ${facts.source.name}`
    const limit = page.spentPosts - (run.booked?.posts ?? 0)
    return proceed(stop(run, cap, { cap, limit, period: spendingDay(facts).slice(0, 7) }), facts)
  }
  const wanted = page.posts.filter(({ language }) => isWanted(language, facts.languages))
  const csv = postsToCsv(wanted)
  const answer: PageSummary = {
    posts: wanted.length,
    otherLanguages: page.posts.length - wanted.length,
    refusedRows: page.refused.length,
    partialErrors: page.partialErrors?.length ?? 0,
    leftOut: page.leftOut ?? {},
    read: page.read,
    costUsd: page.costUsd,
    sha256: sha256(csv),
    ...whereNext(run, page, facts),
    reached: page.reached,
  }
  const place = { ...placeOfRun(facts.hashtag, run), page: String(run.page) }
  return {
    run: { ...run, answers: [...run.answers, answer] },
    effect: {
      kind: 'store',
      key: keys.posts(place),
      csv: wanted.length === 0 ? null : csv,
      refusedKey: keys.refused(place),
      refused: page.refused,
    },
  }
}

/** A page that leads back to its own position would be read, and perhaps paid for, without end. */
const whereNext = (
  run: RunState,
  { next, stopped }: SourcePage,
  { source }: StepFacts,
): Pick<PageSummary, 'next' | 'stopped'> =>
  next !== null && next === run.next
    ? { next: null, stopped: `pages of ${source.name} that lead nowhere` }
    : { next, stopped }

/** Of several responses for one page, the one in the bucket counts. */
function stored(run: RunState, { created, sha256 }: Extract<Input, { after: 'store' }>, facts: StepFacts): Step {
  const answer = created ? run.answers.at(-1) : run.answers.find((one) => one.sha256 === sha256)
  if (answer) return proceed(advance(run, answer), facts)
  const key = pageKey(facts.hashtag, run, run.page)
  throw new BellwetherError(
    'CONFLICT',
    `${key} already exists with different content: another invocation stored it; compare the two before you delete one`,
  )
}

const spendingDay = ({ now }: StepFacts): string => dayOf(now)

/** Names a booking: the same page of the same day has the same token, so that it is booked once. */
const tokenOf = ({ day, ...facts }: StepFacts, page: number | 'count'): string =>
  `${streamLabel(facts)}/${day.from.slice(0, 10)}/${page}`

const bookingOf = (facts: StepFacts, page: number | 'count', posts: number, usd: number): PageBooking => ({
  day: spendingDay(facts),
  token: tokenOf(facts, page),
  posts,
  usd,
})

const isWanted = (language: Post['language'], languages: readonly string[]): boolean =>
  language === '' || languages.length === 0 || languages.includes(language.replace(/-.*/s, '').toLowerCase())

/** The most posts that an amount pays for. */
function largestWithin(usd: number, source: StepFacts['source']): number {
  const each = source.mostUsd(1)
  return each === 0 ? Number.POSITIVE_INFINITY : Math.floor(usd / each + 1e-9)
}
