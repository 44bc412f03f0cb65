import { z } from 'zod'
import type { BlueskySettings } from '../../../../shared/sources/bluesky'
import { loose, readRows, sortOut, type TraceRow, type PostOrLeftOut } from '../rows'
import type { SourcePage } from '../source'
import type { TimeWindow } from '../../window'
import { textOfRecord } from './text'

const instant = z.string().refine((at) => !Number.isNaN(Date.parse(at)), 'is not a time')
const labels = z.array(z.object({ val: z.string(), neg: z.boolean().optional() })).default([])
/** The record is as its author's client wrote it. https://docs.bsky.app/docs/api/app-bsky-feed-search-posts */
const postView = z.object({
  uri: z.string().startsWith('at://'),
  author: z.object({ did: z.string().startsWith('did:'), labels }),
  record: z.object({
    $type: z.string().optional(),
    text: z.string().default(''),
    createdAt: instant,
    langs: z.array(z.string()).optional().catch(undefined),
    facets: z.array(z.unknown()).optional().catch(undefined),
  }),
  indexedAt: instant.optional(),
  labels,
})
type PostView = z.infer<typeof postView>

export const blueskySearchBody = z.object({
  posts: z.array(z.unknown()),
  cursor: z.string().optional(),
  hitsTotal: z.number().optional(),
})

/** Where the next page begins. */
export const blueskyPlace = z.object({
  cursor: z.string().nullable(),
  /** The end of the searched time, exclusive: it moves down when a search goes no deeper. */
  until: z.iso.datetime(),
  /** How far `until` can move down without leaving a post out. */
  floor: z.iso.datetime(),
  /** Posts that were read with exactly that time. */
  atFloor: z.int().nonnegative(),
  /** Posts that this search has returned. */
  found: z.int().nonnegative(),
  /** Addresses of the posts of the last pages: pages overlap, and so do searches. */
  seen: z.array(z.array(z.string())),
})
export type BlueskyPlace = z.infer<typeof blueskyPlace>

/** A search returns 10,000 posts and then stops: before that, a new one begins further down. */
const MOST_FOUND = 9000
/** Pages are sorted, but not perfectly: the latest of the last posts marks how far everything has been read. */
const UNSORTED = 10
/** How many pages are compared with the next one. */
const PAGES_SEEN = 3
/** More posts of one time than those pages hold for certain: a new search begins below them. */
const MOST_AT_ONCE = 200

export const firstBlueskyPlace = ({ to }: TimeWindow): BlueskyPlace => ({
  cursor: null,
  until: to,
  floor: to,
  atFloor: 0,
  found: 0,
  seen: [],
})

/**
 * The position where a new search resumes, without the cursor of the last one. It returns the posts of the last time
 * again. Where these are too many to recognise, the rest of that time is lost.
 */
export function searchAgain({ until, floor, atFloor, seen }: BlueskyPlace): BlueskyPlace {
  const above = Date.parse(floor) + (atFloor > MOST_AT_ONCE ? 0 : 1)
  const isLower = above < Date.parse(until)
  return {
    cursor: null,
    until: new Date(isLower ? above : Date.parse(until) - 1).toISOString(),
    floor,
    atFloor: 0,
    found: 0,
    seen,
  }
}

/** A page of search, newest first: the posts whose time, as Bluesky sorts them, is in the window. */
export function readBlueskyPage(
  { posts: rows, cursor }: z.infer<typeof blueskySearchBody>,
  { name, window, limit, settings }: { name: string; window: TimeWindow; limit: number; settings: BlueskySettings },
  after: BlueskyPlace,
): SourcePage {
  const given = rows.slice(0, limit)
  const known = new Set(after.seen.flat())
  const { good, refused } = readRows(given, postView, traceOf)
  const found: PostOrLeftOut[] = []
  const times: string[] = []
  for (const view of good) {
    const createdAt = sortAt(view)
    if (createdAt === undefined || createdAt < window.from || createdAt >= window.to) continue
    times.push(createdAt)
    if (known.has(view.uri)) continue
    known.add(view.uri)
    found.push(postOf(view, createdAt, name, settings))
  }
  const latest = times.slice(-UNSORTED).sort().at(-1)
  const floor = latest !== undefined && latest < after.floor ? latest : after.floor
  const isLast = cursor === undefined || cursor === after.cursor || rows.length === 0
  const next: BlueskyPlace = {
    ...after,
    cursor: cursor ?? null,
    floor,
    atFloor: times.filter((at) => at === floor).length + (floor === after.floor ? after.atFloor : 0),
    found: after.found + rows.length,
    seen: [...after.seen, given.flatMap((row) => withUri.safeParse(row).data?.uri ?? [])].slice(-PAGES_SEEN),
  }
  const isDeep = next.found >= MOST_FOUND
  return {
    ...sortOut(found),
    refused,
    read: given.length,
    costUsd: 0,
    reached: floor < window.to ? floor : null,
    next: isLast && !isDeep ? null : JSON.stringify(isDeep ? searchAgain(next) : next),
  }
}
const traced = z.object({ uri: loose, author: z.object({ did: loose }).optional().catch(undefined) })

const traceOf: TraceRow = (row) => {
  const { uri, author } = traced.safeParse(row).data ?? {}
  return { id: uri, authorId: author?.did }
}

const withUri = z.object({ uri: z.string() })

/**
 * The time by which Bluesky sorts: clients set `createdAt`, to any year.
 * https://docs.bsky.app/docs/advanced-guides/timestamps
 */
function sortAt({ record, indexedAt }: PostView): string | undefined {
  const times = [record.createdAt, indexedAt].flatMap((at) => (at === undefined ? [] : Date.parse(at)))
  const first = Math.min(...times)
  return first < 0 ? undefined : new Date(first).toISOString()
}

function postOf(
  { uri, author, record, labels: own }: PostView,
  createdAt: string,
  source: string,
  { respectSignedInOnly }: BlueskySettings,
): PostOrLeftOut {
  const marks = new Set([...own, ...author.labels].filter(({ neg }) => !neg).map(({ val }) => val))
  if (record.$type !== undefined && record.$type !== 'app.bsky.feed.post') return { leftOut: 'that are not posts' }
  if (marks.has('!hide') || marks.has('!takedown')) return { leftOut: 'hidden by moderators' }
  if (respectSignedInOnly && marks.has('!no-unauthenticated')) return { leftOut: 'for signed-in readers only' }
  const text = textOfRecord(record.text, record.facets ?? []).trim()
  if (text === '') return { leftOut: 'without words' }
  const language = record.langs?.[0] ?? ''
  return { post: { id: uri, createdAt, authorId: author.did, language, retweetOf: '', source, text } }
}
