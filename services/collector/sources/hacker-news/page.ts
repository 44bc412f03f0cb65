import { z } from 'zod'
import { loose, readRows, sortOut, type TraceRow, type PostOrLeftOut } from '../rows'
import type { SourcePage } from '../source'
import type { TimeWindow } from '../../window'
import { MOST_HTML, textOfHtml } from '../html'

const html = z.string().max(MOST_HTML, `is longer than ${MOST_HTML} characters`).nullish()
const hit = z.object({
  objectID: z.string().regex(/^\d+$/, 'is not the id of an item'),
  author: z.string(),
  created_at_i: z.int().nonnegative(),
  title: z.string().nullish(),
  story_text: html,
  comment_text: html,
})

export const hackerNewsSearchBody = z.object({
  hits: z.array(z.unknown()),
  nbHits: z.int().nonnegative(),
  exhaustiveNbHits: z.boolean().optional(),
  message: z.string().optional(),
})

/** Where the next page begins: before this second, exclusive, without the items of it that were read. */
export const hackerNewsPlace = z.object({ before: z.int(), seen: z.array(z.string()) })
export type HackerNewsPlace = z.infer<typeof hackerNewsPlace>

export const firstHackerNewsPlace = ({ to }: TimeWindow): HackerNewsPlace => ({ before: secondsOf(to), seen: [] })

export const secondsOf = (instant: string): number => Date.parse(instant) / 1000

/** A page of search, newest first. Times are whole seconds, so the last second of a page is requested again. */
export function readHackerNewsPage(
  hits: readonly unknown[],
  { name, window, limit }: { name: string; window: TimeWindow; limit: number },
  after: HackerNewsPlace,
): SourcePage {
  const given = hits.slice(0, limit)
  const known = new Set(after.seen)
  const { good, refused } = readRows(given, hit, traceOf)
  const found: PostOrLeftOut[] = []
  const times: { id: string; at: number }[] = []
  for (const item of good) {
    const { objectID: id, created_at_i: at } = item
    if (at < secondsOf(window.from) || at >= secondsOf(window.to)) continue
    times.push({ id, at })
    if (known.has(id)) continue
    known.add(id)
    found.push(postOf(item, name))
  }
  const page = { ...sortOut(found), refused, read: given.length, costUsd: 0 }
  const oldest = times.reduce((a, { at }) => Math.min(a, at), after.before)
  if (given.length < limit) return { ...page, next: null, reached: null }
  const reached = times.length > 0 ? new Date(oldest * 1000).toISOString() : null
  // A whole page of one second: the rest of that second cannot be requested.
  const before = oldest + 1 < after.before ? oldest + 1 : after.before - 1
  const seen = times.filter(({ at }) => at === oldest).map(({ id }) => id)
  return { ...page, reached, next: JSON.stringify({ before, seen } satisfies HackerNewsPlace) }
}

const traced = z.object({ objectID: loose, author: loose })

const traceOf: TraceRow = (row) => {
  const { objectID: item, author } = traced.safeParse(row).data ?? {}
  return { id: item && idOf(item), authorId: author && idOf(author) }
}

/** Prefixed: numbers alone could be ids of other networks. */
const idOf = (own: string): string => `hn:${own}`

function postOf(
  { objectID, author, created_at_i: at, title, ...texts }: z.infer<typeof hit>,
  source: string,
): PostOrLeftOut {
  const body = textOfHtml(texts.story_text ?? texts.comment_text ?? '', { links: 'address' })
  const text = [title?.trim(), body].filter(Boolean).join('\n')
  if (text === '') return { leftOut: 'without words' }
  const createdAt = new Date(at * 1000).toISOString()
  return {
    post: { id: idOf(objectID), createdAt, authorId: idOf(author), language: '', retweetOf: '', source, text },
  }
}
