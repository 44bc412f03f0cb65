import { z } from 'zod'
import { BellwetherError } from '../../../../shared/errors'
import type { MastodonSettings } from '../../../../shared/sources/mastodon'
import { readRows, sortOut, type PostOrLeftOut } from '../rows'
import { NO_POSTS, type SourcePage } from '../source'
import type { TimeWindow } from '../../window'
import { arrivedAt, firstIdAt, isSnowflake } from './ids'
import { postOf, status, traceOf } from './status'

/**
 * Where the next page begins. Ids belong to one instance, so the position includes its host. With opaque ids, paging
 * begins at the newest post, which is null.
 */
export const mastodonPlace = z.object({
  host: z.string(),
  ids: z.enum(['snowflake', 'opaque']),
  below: z.string().nullable(),
  /** Addresses of the posts of the last page. */
  seen: z.array(z.string()),
})
export type MastodonPlace = z.infer<typeof mastodonPlace>

interface Reading {
  name: string
  hashtag: string
  settings: MastodonSettings
  window: TimeWindow
  limit: number
}

/** The first page of a window begins above every id that may have arrived while late posts still count. */
export const firstMastodonPlace = (
  host: string,
  ids: MastodonPlace['ids'],
  window: TimeWindow,
  lateHours: number,
): MastodonPlace => ({
  host,
  ids,
  below: ids === 'snowflake' ? String(firstIdAt(Date.parse(window.to) + lateHours * 3_600_000)) : null,
  seen: [],
})

/**
 * A page of a hashtag's timeline, newest first. Ids tell when a post reached the instance: pages are read until the ids
 * are older than the window. Posts written outside the window are dropped.
 */
export function readMastodonPage(rows: readonly unknown[], reading: Reading, after: MastodonPlace): SourcePage {
  const { name, window } = reading
  const given = rows.slice(0, reading.limit)
  const ids = given.flatMap((row) => idOf(row, name) ?? [])
  if (after.ids === 'snowflake' && !ids.every(isSnowflake)) {
    return { ...NO_POSTS, read: given.length, next: JSON.stringify({ ...after, ids: 'opaque', below: null, seen: [] }) }
  }
  const page = { ...NO_POSTS, ...kept(given, reading, after), read: given.length }
  const below = lowestOf(ids, after)
  if (given.length === 0) return page
  if (below === undefined) return { ...page, stopped: `pages of ${name} that lead nowhere` }
  if (below === after.below) return { ...page, stopped: `a page of ${name} that repeats earlier ones` }
  const reached = reachedBy(given, below, after)
  const next: MastodonPlace = { ...after, below, seen: urisIn(given) }
  return {
    ...page,
    reached:
      reached < Date.parse(window.to) ? new Date(Math.max(reached, Date.parse(window.from))).toISOString() : null,
    next: isPast(reached, below, window, after) ? null : JSON.stringify(next),
  }
}

function kept(
  given: readonly unknown[],
  { name, hashtag, settings, window }: Reading,
  { host, ids, below, seen }: MastodonPlace,
) {
  const { good, refused } = readRows(given, status, traceOf)
  const found: PostOrLeftOut[] = []
  const known = new Set(seen)
  const oldest = firstIdAt(Date.parse(window.from))
  for (const one of good) {
    const at = new Date(one.created_at).toISOString()
    const isOutside = at < window.from || at >= window.to
    const isElsewhere = ids === 'snowflake' && (BigInt(one.id) < oldest || BigInt(one.id) >= BigInt(below ?? 0))
    if (isOutside || isElsewhere || known.has(one.uri)) continue
    known.add(one.uri)
    found.push(postOf(one, host, name, hashtag, settings))
  }
  return { ...sortOut(found), refused }
}

/** Also for rows that are not valid posts. A number has already lost its last digits, and with them the position. */
function idOf(row: unknown, name: string): string | undefined {
  const id = withId.safeParse(row).data?.id
  if (typeof id === 'number')
    throw new BellwetherError(
      'SOURCE_REFUSED',
      `${name}: its server sends ids as JSON numbers, which lose digits; name another instance`,
    )
  return typeof id === 'string' ? id : undefined
}
const withId = z.object({ id: z.unknown() })

/** The id below which the next page begins; that of the last page if no id of this one is lower. */
function lowestOf(ids: readonly string[], { ids: kind, below }: MastodonPlace): string | undefined {
  if (ids.length === 0 || kind === 'opaque') return ids.at(-1)
  const all = [...ids, ...(below === null ? [] : [below])].map(BigInt)
  return String(all.reduce((a, b) => (a < b ? a : b)))
}

/** The instant down to which all posts are read. Opaque ids carry no time, so then the posts' own times count. */
function reachedBy(given: readonly unknown[], below: string, { ids }: MastodonPlace): number {
  if (ids === 'snowflake') return arrivedAt(BigInt(below))
  const times = given.flatMap((row) => {
    const at = Date.parse(withTime.safeParse(row).data?.created_at ?? '')
    return Number.isNaN(at) ? [] : [at]
  })
  return Math.max(...times, Number.NEGATIVE_INFINITY)
}
const withTime = z.object({ created_at: z.string() })

/** Whether no later page can have a post of the window. */
const isPast = (reached: number, below: string, { from }: TimeWindow, { ids }: MastodonPlace): boolean =>
  ids === 'snowflake' ? BigInt(below) <= firstIdAt(Date.parse(from)) : reached < Date.parse(from)

const urisIn = (given: readonly unknown[]): string[] => given.flatMap((row) => withUri.safeParse(row).data?.uri ?? [])
const withUri = z.object({ uri: z.string() })
