import { z } from 'zod'
import type { Table } from '../table'
import { rowKind } from './row'

export const ledgerRow = rowKind({
  pk: 'ledger#{kind}',
  sk: '{period}',
  meaning: 'What was spent against a cap (`posts`, `collectUsd`, `judgements`, …) in a UTC day or month.',
  attributes: z.object({
    micro: z.number().default(0).describe('Booked so far, in millionths, so that dollars add up exactly.'),
    tokens: z.set(z.string()).optional().describe('Open bookings: each token books once.'),
  }),
})

/** The spending against the caps on posts of one source with caps of its own. */
export const postsKind = (source: string): string => `posts of ${source}`

export interface Cap {
  /** What is spent: `posts`, `collectUsd`, `judgements`, … */
  kind: string
  /** The field of bellwether.yml that has it, where that is not `caps.` and the kind. */
  field?: string
  perDay: number
  perMonth: number
}

/** The first cap that a spend would break. */
export interface Broken {
  period: 'perDay' | 'perMonth'
  /** The UTC day or month. */
  of: string
  limit: number
  spent: number
}

/**
 * Book an amount against the caps of a UTC day and its month: all of it or nothing, and once per token. Returns the cap
 * that has no room.
 */
export async function book(
  table: Pick<Table, 'update' | 'get'>,
  cap: Cap,
  day: string,
  token: string,
  amount: number,
): Promise<Broken | undefined> {
  for (const [i, { period, of, limit }] of periodsOf(cap, day).entries()) {
    if (await bookOne(table, cap.kind, of, token, amount, limit)) continue
    // The day's booking is undone, so that a retry finds the ledger as it was.
    if (i === 1) await giveBack(table, cap.kind, day, token, amount)
    return { period, of, limit, spent: await spent(table, cap.kind, of) }
  }
  return undefined
}

/**
 * Close a booking when the real amount is known. With a cap, that is at most the amount booked; 0 returns all of it. A
 * second close of the same booking changes nothing. A closed token can be booked again, so close it only when no retry
 * can book it.
 */
export async function closeBooking(
  table: Pick<Table, 'update'>,
  kind: string,
  day: string,
  token: string,
  booked: number,
  used: number,
): Promise<void> {
  for (const period of [day, monthOf(day)]) await giveBack(table, kind, period, token, booked - used)
}

/** What was booked in a UTC day (`2026-11-22`) or month (`2026-11`). */
export const spent = async (table: Pick<Table, 'get'>, kind: string, of: string): Promise<number> =>
  (await readLedger(table, kind, of)).spent

/** What a cap leaves. */
export interface Room {
  /** The field of bellwether.yml, as in `caps.posts.perDay`. */
  cap: string
  /** The UTC day or month. */
  period: string
  limit: number
  left: number
  /** Tokens of open bookings: their amounts may be refunded. */
  open: readonly string[]
}

/** What a cap leaves on a day: the period, the day or its month, that leaves less. */
export async function roomWithin(table: Pick<Table, 'get'>, cap: Cap, day: string): Promise<Room> {
  const rooms = await Promise.all(
    periodsOf(cap, day).map(async ({ period, of, limit }): Promise<Room> => {
      const ledger = await readLedger(table, cap.kind, of)
      const field = cap.field ?? `caps.${cap.kind}`
      return { cap: `${field}.${period}`, period: of, limit, left: limit - ledger.spent, open: ledger.open }
    }),
  )
  return rooms.reduce((tightest, room) => (room.left < tightest.left ? room : tightest))
}

/** What was booked in a UTC day or month, and its open bookings. One read, so a booking is either open or closed. */
export async function readLedger(
  table: Pick<Table, 'get'>,
  kind: string,
  of: string,
): Promise<{ spent: number; open: string[] }> {
  const row = await ledgerRow.read(table, { kind, period: of })
  return { spent: (row?.micro ?? 0) / 1e6, open: [...(row?.tokens ?? [])] }
}

const monthOf = (day: string): string => day.slice(0, 7)
const micro = (amount: number) => Math.round(amount * 1e6)

const periodsOf = ({ perDay, perMonth }: Cap, day: string) =>
  [
    { period: 'perDay', of: day, limit: perDay },
    { period: 'perMonth', of: monthOf(day), limit: perMonth },
  ] as const

async function bookOne(
  table: Pick<Table, 'update' | 'get'>,
  kind: string,
  period: string,
  token: string,
  amount: number,
  limit: number,
): Promise<boolean> {
  const booked = await table.update(ledgerRow.key({ kind, period }), {
    add: { micro: micro(amount), tokens: new Set([token]) },
    when: '(attribute_not_exists(#micro) OR #micro <= :room) AND NOT contains(#tokens, :token) AND :room >= :none',
    values: { room: micro(limit - amount), token, none: 0 },
  })
  return booked !== undefined || (await ledgerRow.read(table, { kind, period }))?.tokens?.has(token) === true
}

async function giveBack(table: Pick<Table, 'update'>, kind: string, period: string, token: string, amount: number) {
  await table.update(ledgerRow.key({ kind, period }), {
    add: { micro: -micro(amount) },
    deleteFrom: { tokens: new Set([token]) },
    when: 'contains(#tokens, :token)',
    values: { token },
  })
}
