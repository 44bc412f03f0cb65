import { budgetReached } from '../../events'
import type { Publish } from '../../shared/bus'
import { book, readLedger, settle } from '../../shared/state/ledger'
import type { Settings } from '../../shared/settings'
import type { Table } from '../../shared/table'
import type { Booking, ReachedCap, RunState } from './run'

type Caps = Pick<Settings['caps'], 'posts' | 'collectUsd'>
type Kind = keyof Caps
type Ledger = Pick<Table, 'get' | 'update' | 'create'>

/** A cap of the configuration, with what is left of it on a day. */
export interface Left extends ReachedCap {
  left: number
  /** Bookings of pages that are being read, each the most that its page may be: room may come back. */
  open: readonly string[]
}

/** The cap that leaves least, for each of the two kinds. */
export async function roomOn(table: Ledger, caps: Caps, day: string): Promise<Record<Kind, Left>> {
  return {
    posts: await tightest(table, caps, 'posts', day),
    collectUsd: await tightest(table, caps, 'collectUsd', day),
  }
}

/** Book the posts and the dollars of a page: both or none. False when a cap has no room for them any more. */
export async function bookPage(table: Ledger, caps: Caps, { day, token, posts, usd }: Booking): Promise<boolean> {
  if (await book(table, { kind: 'posts', ...caps.posts }, day, token, posts)) return false
  if (usd === 0 || !(await bookUsd(table, caps, day, token, usd))) return true
  await settle(table, 'posts', day, token, posts, 0)
  return false
}

/** Close the booking of a page that is stored or will not be read, or that of the count. */
export async function closePage(table: Ledger, unsettled: NonNullable<RunState['unsettled']>): Promise<void> {
  const { day, token, posts, usd, usedPosts, usedUsd } = unsettled
  if (posts > 0) await settle(table, 'posts', day, token, posts, usedPosts)
  if (usd > 0) await settle(table, 'collectUsd', day, token, usd, usedUsd)
}

export const bookUsd = (table: Ledger, caps: Caps, day: string, token: string, usd: number) =>
  book(table, { kind: 'collectUsd', ...caps.collectUsd }, day, token, usd)

/** Say once for each period that a cap was reached; a subscriber sees it again only if we stop in between. */
export async function tellReached(table: Ledger, publish: Publish, { cap, limit, period }: ReachedCap): Promise<void> {
  const key = { pk: `budget#${cap}`, sk: period }
  if (await table.get(key)) return
  await publish(budgetReached, { cap, limit, period, service: 'collector' })
  await table.create(key)
}

async function tightest(table: Ledger, caps: Caps, kind: Kind, day: string): Promise<Left> {
  const month = day.slice(0, 7)
  const { perDay, perMonth } = caps[kind]
  const [today, thisMonth] = await Promise.all([readLedger(table, kind, day), readLedger(table, kind, month)])
  const ofDay = { cap: `caps.${kind}.perDay`, period: day, limit: perDay, left: perDay - today.spent, open: today.open }
  const left = perMonth - thisMonth.spent
  return left < ofDay.left
    ? { cap: `caps.${kind}.perMonth`, period: month, limit: perMonth, left, open: thisMonth.open }
    : ofDay
}
