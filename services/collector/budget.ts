import { book, type Cap, postsKind, type Room, roomWithin, closeBooking } from '../../shared/state/ledger'
import type { Settings } from '../../shared/settings'
import type { Table } from '../../shared/table'
import type { PageBooking, RunState } from './run'
import type { Source } from './sources/source'

/** The caps for the pages of a source. */
export interface PageCaps {
  posts: Cap
  collectUsd: Cap
}
type Ledger = Pick<Table, 'get' | 'update' | 'create'>

/** The caps of a source: its own cap on posts if it has one, else the one that all sources share. */
export const pageCaps = (
  { name, caps: own }: Pick<Source, 'name' | 'caps'>,
  shared: Pick<Settings['caps'], 'posts' | 'collectUsd'>,
): PageCaps => ({
  posts: own
    ? { kind: postsKind(name), field: `sources.${name}.caps.posts`, ...own.posts }
    : { kind: 'posts', ...shared.posts },
  collectUsd: { kind: 'collectUsd', ...shared.collectUsd },
})

/** The cap that leaves least on a day, for each of the two kinds. Open bookings are pages that are being read. */
export async function roomOn(table: Ledger, caps: PageCaps, day: string): Promise<Record<keyof PageCaps, Room>> {
  return {
    posts: await roomWithin(table, caps.posts, day),
    collectUsd: await roomWithin(table, caps.collectUsd, day),
  }
}

/** Book the posts and the dollars of a page: both or none. False when a cap no longer has room for them. */
export async function bookPage(
  table: Ledger,
  caps: PageCaps,
  { day, token, posts, usd }: PageBooking,
): Promise<boolean> {
  if (await book(table, caps.posts, day, token, posts)) return false
  if (usd === 0 || !(await bookUsd(table, caps, day, token, usd))) return true
  await closeBooking(table, caps.posts.kind, day, token, posts, 0)
  return false
}

/** Close the booking of a page that is stored or will not be read, or of the count. */
export async function closePage(
  table: Ledger,
  caps: PageCaps,
  { day, token, posts, usd, usedPosts, usedUsd }: NonNullable<RunState['unsettled']>,
): Promise<void> {
  if (posts > 0) await closeBooking(table, caps.posts.kind, day, token, posts, usedPosts)
  if (usd > 0) await closeBooking(table, caps.collectUsd.kind, day, token, usd, usedUsd)
}

export const bookUsd = (table: Ledger, { collectUsd }: PageCaps, day: string, token: string, usd: number) =>
  book(table, collectUsd, day, token, usd)
