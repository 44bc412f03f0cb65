import { budgetReached } from '../../events'
import type { Publish } from '../../shared/bus'
import { book, type Room, roomWithin, settle } from '../../shared/state/ledger'
import { isAnnounced, markAnnounced } from '../../shared/state/reached-caps'
import type { Settings } from '../../shared/settings'
import type { Table } from '../../shared/table'
import type { Booking, ReachedCap, RunState } from './run'

type Caps = Pick<Settings['caps'], 'posts' | 'collectUsd'>
type Kind = keyof Caps
type Ledger = Pick<Table, 'get' | 'update' | 'create'>

/** The cap that leaves least on a day, for each of the two kinds. Its open bookings are pages that are being read. */
export async function roomOn(table: Ledger, caps: Caps, day: string): Promise<Record<Kind, Room>> {
  return {
    posts: await roomWithin(table, { kind: 'posts', ...caps.posts }, day),
    collectUsd: await roomWithin(table, { kind: 'collectUsd', ...caps.collectUsd }, day),
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
  if (await isAnnounced(table, { cap, period })) return
  await publish(budgetReached, { cap, limit, period, service: 'collector' })
  await markAnnounced(table, { cap, period })
}
