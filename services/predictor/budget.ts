import { budgetReached } from '../../events'
import type { Publish } from '../../shared/bus'
import type { LlmOptions, Prompt } from '../../shared/second-opinions'
import { book, type Cap, roomWithin, settle } from '../../shared/state/ledger'
import { isAnnounced, markAnnounced } from '../../shared/state/reached-caps'
import type { Table } from '../../shared/table'

export interface LlmCaps {
  requests: Cap
  usd: Cap
}

type Ledger = Pick<Table, 'get' | 'update' | 'create'>

export const llmCaps = ({ caps }: Pick<LlmOptions, 'caps'>): LlmCaps => ({
  requests: { kind: 'llmRequests', field: 'llm.caps.requests', ...caps.requests },
  usd: { kind: 'llmUsd', field: 'llm.caps.usd', ...caps.usd },
})

export const costUsd = (
  { pricePerMillionTokensUsd: price }: Pick<LlmOptions, 'pricePerMillionTokensUsd'>,
  { inputTokens, outputTokens }: { inputTokens: number; outputTokens: number },
): number => (inputTokens * price.input + outputTokens * price.output) / 1e6

/** What providers add around a request with a tool. */
const OVERHEAD_TOKENS = 1000

/** The most that a request can cost: no tokeniser makes more tokens of a text than it has bytes. */
export function mostUsd(
  options: Pick<LlmOptions, 'pricePerMillionTokensUsd'>,
  { system, schema, maxTokens }: Pick<Prompt, 'system' | 'schema' | 'maxTokens'>,
  post: string,
): number {
  const bytes = Buffer.byteLength(system) + Buffer.byteLength(JSON.stringify(schema)) + Buffer.byteLength(post)
  return costUsd(options, { inputTokens: bytes + OVERHEAD_TOKENS, outputTokens: maxTokens })
}

/** A cap without room for one more request. */
export interface Reached {
  cap: string
  limit: number
  /** The UTC day or month. */
  period: string
}

/**
 * How many of these requests the caps have room for, in their order, and which cap has none for the next one. `most` is the
 * most that each can cost, in dollars.
 */
export async function roomFor(
  table: Ledger,
  caps: LlmCaps,
  day: string,
  most: readonly number[],
): Promise<{ requests: number; reached: Reached | undefined }> {
  const [requests, usd] = await Promise.all([roomWithin(table, caps.requests, day), roomWithin(table, caps.usd, day)])
  let total = 0
  let affordable = 0
  // The ledger counts millionths.
  while (affordable < most.length && total + (most[affordable] ?? 0) <= usd.left + 1e-7) {
    total += most[affordable] ?? 0
    affordable++
  }
  const allowed = Math.min(affordable, Math.max(0, Math.floor(requests.left)))
  if (allowed === most.length) return { requests: allowed, reached: undefined }
  const { cap, limit, period } = affordable <= requests.left ? usd : requests
  return { requests: allowed, reached: { cap, limit, period } }
}

export interface Booking {
  day: string
  token: string
  requests: number
  usd: number
}

/** Book requests with the most that they can cost: both or none. False where another spent the room meanwhile. */
export async function bookRequests(
  table: Ledger,
  caps: LlmCaps,
  { day, token, requests, usd }: Booking,
): Promise<boolean> {
  if (await book(table, caps.requests, day, token, requests)) return false
  if (usd === 0 || !(await book(table, caps.usd, day, token, usd))) return true
  await settle(table, caps.requests.kind, day, token, requests, 0)
  return false
}

/** Close a booking with what was used. */
export async function closeRequests(
  table: Ledger,
  caps: LlmCaps,
  { day, token, requests, usd }: Booking,
  used: { requests: number; usd: number },
): Promise<void> {
  await settle(table, caps.requests.kind, day, token, requests, used.requests)
  if (usd > 0) await settle(table, caps.usd.kind, day, token, usd, used.usd)
}

/** Say once for each period that a cap was reached. */
export async function tellReached(table: Ledger, publish: Publish, { cap, limit, period }: Reached): Promise<void> {
  if (await isAnnounced(table, { cap, period })) return
  await publish(budgetReached, { cap, limit, period, service: 'predictor' })
  await markAnnounced(table, { cap, period })
}
