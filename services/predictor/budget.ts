import { type LlmOptions, postAsSent, type Prompt } from '../../shared/second-opinions'
import type { AnswerLine } from '../../shared/records'
import { book, type Cap, readLedger, roomWithin, closeBooking } from '../../shared/state/ledger'
import { sum } from '../../shared/statistics/numbers'
import type { Table } from '../../shared/table'
import type { ReachedCap } from '../../shared/announce-cap'
import { type ShownText, shownText } from '../../shared/text/shown'

export interface LlmCaps {
  requests: Cap
  usd: Cap
}

type Ledger = Pick<Table, 'get' | 'update'>

export const llmCaps = ({ caps }: Pick<LlmOptions, 'caps'>): LlmCaps => ({
  requests: { kind: 'llmRequests', field: 'llm.caps.requests', ...caps.requests },
  usd: { kind: 'llmUsd', field: 'llm.caps.usd', ...caps.usd },
})

export const costUsd = (
  { pricePerMillionTokensUsd: price }: Pick<LlmOptions, 'pricePerMillionTokensUsd'>,
  { inputTokens, outputTokens }: { inputTokens: number; outputTokens: number },
): number => (inputTokens * price.input + outputTokens * price.output) / 1e6

/** Tokens that providers add around a request with a tool. */
const OVERHEAD_TOKENS = 1000

/**
 * The maximum cost of a request about a post: no tokeniser makes more tokens than a text has bytes. Without a post it is
 * the smallest maximum.
 */
export function mostUsd(
  options: Pick<LlmOptions, 'pricePerMillionTokensUsd'>,
  { system, schema, maxTokens }: Pick<Prompt, 'system' | 'schema' | 'maxTokens'>,
  post: ShownText = shownText(''),
): number {
  const bytes = sum([system, JSON.stringify(schema), postAsSent(post)].map((text) => Buffer.byteLength(text)))
  return costUsd(options, { inputTokens: bytes + OVERHEAD_TOKENS, outputTokens: maxTokens })
}

/**
 * Dollars for a request with this line as its answer. A request without an answer, or with a lost one, may have been
 * charged in full.
 */
export const chargedUsd = (
  options: Pick<LlmOptions, 'pricePerMillionTokensUsd'>,
  line: AnswerLine | undefined,
  most: number,
): number =>
  line === undefined || line.abstained === 'no-answer' || line.abstained === 'lost' ? most : costUsd(options, line)

/** The ledger counts millionths of a dollar. */
const ROUNDING_USD = 1e-7

/** Which requests the caps have room for, by index. */
export interface RoomForRequests {
  fits: number[]
  /** Skipped requests: they cost more than is left, and far more than the smallest. */
  tooLong: number[]
  /** The cap without room for the request after these. */
  reached: ReachedCap | undefined
  /** The cap on dollars that leaves less. */
  usd: ReachedCap
}

/** A request that costs this many times the smallest is long: it is skipped when too few dollars are left, and shorter ones continue. */
const LONG = 2

/** Whether a request is long, and costs more dollars than a cap ever has. */
export const isTooLong = ({ usd }: LlmCaps, most: number, least: number): boolean =>
  most > LONG * least && most > Math.min(usd.perDay, usd.perMonth) + ROUNDING_USD

/**
 * Which of these requests the caps have room for, in order. `most` is the maximum cost of each in dollars, and
 * `least` that of a request about an empty post.
 */
export async function roomFor(
  table: Ledger,
  caps: LlmCaps,
  day: string,
  most: readonly number[],
  least: number,
): Promise<RoomForRequests> {
  const [requests, usd] = await Promise.all([roomWithin(table, caps.requests, day), roomWithin(table, caps.usd, day)])
  const reachedOf = ({ cap, limit, period }: ReachedCap): ReachedCap => ({ cap, limit, period })
  const room: RoomForRequests = { fits: [], tooLong: [], reached: undefined, usd: reachedOf(usd) }
  let total = 0
  for (const [i, one] of most.entries()) {
    if (total + one > usd.left + ROUNDING_USD) {
      if (one > LONG * least) {
        // If only earlier requests leave no room, there will be room when they have refunded what they did not use.
        if (one > usd.left + ROUNDING_USD) room.tooLong.push(i)
        continue
      }
      return { ...room, reached: reachedOf(usd) }
    }
    if (room.fits.length + 1 > requests.left) return { ...room, reached: reachedOf(requests) }
    total += one
    room.fits.push(i)
  }
  return room
}

export interface RequestBooking {
  day: string
  /** Key of the part of `answers/` that the answers are for. */
  part: string
  requests: number
  usd: number
}

/** An open booking records its amount, so that another invocation can close it if this one is killed. */
const tokenOf = ({ day, part, requests, usd }: RequestBooking): string =>
  [day, requests, Math.round(usd * 1e6), part].join(' ')

function bookingOf(token: string): RequestBooking | undefined {
  const [day, requests, micro, part] = token.split(' ')
  // Bookings of older releases are the part alone.
  if (day === undefined || requests === undefined || micro === undefined || part === undefined) return undefined
  return { day, requests: Number(requests), usd: Number(micro) / 1e6, part }
}

/** The open bookings in the month of a UTC day: of running invocations and of killed ones. */
export async function openBookings(table: Ledger, caps: LlmCaps, day: string): Promise<RequestBooking[]> {
  const month = day.slice(0, 7)
  const ledgers = await Promise.all([caps.requests.kind, caps.usd.kind].map((kind) => readLedger(table, kind, month)))
  return [...new Set(ledgers.flatMap(({ open }) => open))].flatMap((token) => bookingOf(token) ?? [])
}

/** Book requests at their maximum cost: both amounts or none. False if another invocation used the room meanwhile. */
export async function bookRequests(table: Ledger, caps: LlmCaps, booking: RequestBooking): Promise<boolean> {
  const { day, requests, usd } = booking
  const token = tokenOf(booking)
  if (await book(table, caps.requests, day, token, requests)) return false
  if (usd === 0 || !(await book(table, caps.usd, day, token, usd))) return true
  await closeBooking(table, caps.requests.kind, day, token, requests, 0)
  return false
}

/** Close a booking with the amounts used. */
export async function closeRequests(
  table: Ledger,
  caps: LlmCaps,
  booking: RequestBooking,
  used: { requests: number; usd: number },
): Promise<void> {
  const { day, requests, usd } = booking
  const token = tokenOf(booking)
  await closeBooking(table, caps.requests.kind, day, token, requests, used.requests)
  if (usd > 0) await closeBooking(table, caps.usd.kind, day, token, usd, used.usd)
}
