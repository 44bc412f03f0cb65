import type { Item, Table } from '../table'

export interface Cap {
  /** What is spent: `posts`, `collectUsd`, `judgements`, … */
  kind: string
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
 * Book an amount against the caps of a UTC day and its month, once for each token however often it is asked. Either
 * all of it is booked or nothing: answers the broken cap. Amounts are kept as whole micro-units, so that dollars add up.
 */
export async function book(
  table: Pick<Table, 'update' | 'get'>,
  cap: Cap,
  day: string,
  token: string,
  amount: number,
): Promise<Broken | undefined> {
  const periods = [
    { period: 'perDay', of: day, limit: cap.perDay },
    { period: 'perMonth', of: day.slice(0, 7), limit: cap.perMonth },
  ] as const
  for (const [i, { period, of, limit }] of periods.entries()) {
    if (await bookOne(table, cap.kind, of, token, amount, limit)) continue
    // What was booked for the day is given back, so that a retry finds the ledger as it was.
    if (i === 1) await giveBack(table, cap.kind, day, token, amount)
    return { period, of, limit, spent: await spent(table, cap.kind, of) }
  }
  return undefined
}

/**
 * Close a booking when it is known what was really spent, which is no more than was booked where there is a cap; 0 gives
 * all of it back. A booking is closed once: who closes it again changes nothing. Its token can be booked anew from then
 * on, so close it only when nobody will come back to it.
 */
export async function settle(
  table: Pick<Table, 'update'>,
  kind: string,
  day: string,
  token: string,
  booked: number,
  used: number,
): Promise<void> {
  for (const period of [day, day.slice(0, 7)]) await giveBack(table, kind, period, token, booked - used)
}

/** What was booked in a UTC day (`2026-11-22`) or month (`2026-11`). */
export const spent = async (table: Pick<Table, 'get'>, kind: string, of: string): Promise<number> =>
  (await readLedger(table, kind, of)).spent

/**
 * What was booked in a UTC day or month, and the bookings in it that nobody has closed: what they took may come back.
 * Both are read at once, so that a booking is either closed and its rest free, or open.
 */
export async function readLedger(
  table: Pick<Table, 'get'>,
  kind: string,
  of: string,
): Promise<{ spent: number; open: string[] }> {
  const item = await table.get(ledgerKey(kind, of))
  return {
    spent: Number(item?.micro ?? 0) / 1e6,
    open: item?.tokens instanceof Set ? [...item.tokens].map(String) : [],
  }
}

const ledgerKey = (kind: string, of: string) => ({ pk: `ledger#${kind}`, sk: of })
const micro = (amount: number) => Math.round(amount * 1e6)

async function bookOne(
  table: Pick<Table, 'update' | 'get'>,
  kind: string,
  of: string,
  token: string,
  amount: number,
  limit: number,
): Promise<boolean> {
  const key = ledgerKey(kind, of)
  const booked = await table.update(key, {
    add: { micro: micro(amount), tokens: new Set([token]) },
    when: '(attribute_not_exists(#micro) OR #micro <= :room) AND NOT contains(#tokens, :token) AND :room >= :none',
    values: { room: micro(limit - amount), token, none: 0 },
  })
  return booked !== undefined || hasToken(await table.get(key), token)
}

async function giveBack(table: Pick<Table, 'update'>, kind: string, of: string, token: string, amount: number) {
  await table.update(ledgerKey(kind, of), {
    add: { micro: -micro(amount) },
    deleteFrom: { tokens: new Set([token]) },
    when: 'contains(#tokens, :token)',
    values: { token },
  })
}

const hasToken = (item: Item | undefined, token: string): boolean =>
  item?.tokens instanceof Set && item.tokens.has(token)
