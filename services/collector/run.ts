import { z } from 'zod'
import { reachedCap } from '../../events'
import { keys } from '../../shared/keys'
import type { RunRecord } from '../../shared/records'
import { streamNameOf } from '../../shared/streams'
import { TEXT_ENCODINGS } from '../../shared/text/encoding'
import type { Source } from './sources/source'
import { clipWindow, runId, type TimeWindow } from './window'
import type { ReachedCap } from '../../shared/announce-cap'

const instant = z.iso.datetime()
const window = z.object({ from: instant, to: instant })
const count = z.int().nonnegative()
/** By reason. Runs of earlier releases have no such list. */
const counts = z.record(z.string(), count).default({})

/** The content of a page, known before the page is stored. */
const answer = z.object({
  posts: count,
  otherLanguages: count,
  refusedRows: count,
  partialErrors: count,
  leftOut: counts,
  read: count,
  costUsd: z.number(),
  sha256: z.string(),
  next: z.string().nullable(),
  reached: instant.nullable(),
  /** Why the run ends after this page, if the source cannot go on. */
  stopped: z.string().optional(),
})
export type PageSummary = z.infer<typeof answer>

const booking = z.object({ day: z.string(), token: z.string(), posts: count, usd: z.number() })
export type PageBooking = z.infer<typeof booking>

/** A run under way, as the cursor keeps it: everything that the next invocation needs to resume it. */
export const runState = z.object({
  id: z.string(),
  /** The network in the run's keys. Runs of earlier releases have none and keep their keys. */
  stream: z.string().optional(),
  source: z.string(),
  /** Runs of earlier releases have none: they read HTML. */
  textEncoding: z.enum(TEXT_ENCODINGS).default('html'),
  order: z.enum(['newest first', 'oldest first']),
  window,
  /** The part of the window that the source still has. */
  readable: window.nullable(),
  gap: window.nullable(),
  first: z.boolean(),
  existing: count.nullable(),
  /** Whether the source only estimates how many posts there were. */
  existingIsEstimate: z.boolean().default(false),
  /** Number of the next page, from 1. */
  page: z.int().positive(),
  next: z.string().nullable(),
  finished: z.boolean(),
  /** Why the run ended early, with the cap if a cap was the reason. */
  stoppedBy: z.object({ reason: z.string(), cap: reachedCap.nullable() }).nullable(),
  reached: instant.nullable(),
  pages: z.array(z.object({ page: z.int(), posts: count, sha256: z.string() })),
  read: count,
  otherLanguages: count,
  refusedRows: count,
  partialErrors: count,
  leftOut: counts,
  costUsd: z.number(),
  /** Booked for the next page before it is requested. */
  booked: booking.nullable(),
  /** Every response for the next page that may have been stored. The one that is in the bucket counts. */
  answers: z.array(answer),
  /** How often the run has waited for budget that other runs had booked. */
  waits: count,
  /** A booking to close with what was really spent. */
  unsettled: booking.extend({ usedPosts: count, usedUsd: z.number() }).nullable(),
})
export type RunState = z.infer<typeof runState>

/** How long a run may be postponed before the source loses posts that it still needs. */
const PUT_OFF_MS = 2 * 3_600_000

/** The state in which a run begins. */
export function begin(
  source: Pick<Source, 'name' | 'textEncoding' | 'order' | 'horizon'>,
  of: TimeWindow,
  first: boolean,
  now: Date,
  stream?: string,
): RunState {
  const { gap, left } = clipWindow(of, source.horizon(new Date(now.getTime() + PUT_OFF_MS)))
  return {
    id: runId(of),
    ...(stream === undefined ? {} : { stream }),
    source: source.name,
    textEncoding: source.textEncoding,
    order: source.order,
    window: of,
    readable: left,
    gap,
    first,
    existing: null,
    existingIsEstimate: false,
    page: 1,
    next: null,
    finished: left === null,
    stoppedBy: null,
    reached: null,
    pages: [],
    read: 0,
    otherLanguages: 0,
    refusedRows: 0,
    partialErrors: 0,
    leftOut: {},
    costUsd: 0,
    booked: null,
    answers: [],
    waits: 0,
    unsettled: null,
  }
}

/** The run after its next page, with this content, was stored. */
export const advance = (run: RunState, page: PageSummary): RunState => ({
  ...run,
  page: run.page + 1,
  next: page.next,
  finished: page.next === null,
  stoppedBy: page.stopped === undefined ? run.stoppedBy : { reason: page.stopped, cap: null },
  reached: page.reached ?? run.reached,
  pages: page.posts > 0 ? [...run.pages, { page: run.page, posts: page.posts, sha256: page.sha256 }] : run.pages,
  read: run.read + page.read,
  otherLanguages: run.otherLanguages + page.otherLanguages,
  refusedRows: run.refusedRows + page.refusedRows,
  partialErrors: run.partialErrors + page.partialErrors,
  leftOut: addCounts(run.leftOut, page.leftOut),
  costUsd: addUsd(run.costUsd, page.costUsd),
  booked: null,
  answers: [],
  unsettled: run.booked && { ...run.booked, usedPosts: page.read, usedUsd: page.costUsd },
})

/** The run, ended early. What was booked for a page that will not be read is refunded. */
export const stop = (run: RunState, reason: string, cap: ReachedCap | null): RunState => ({
  ...run,
  finished: true,
  stoppedBy: { reason, cap },
  booked: null,
  answers: [],
  unsettled: run.booked && { ...run.booked, usedPosts: 0, usedUsd: 0 },
})

/** `run.json` of a finished run. Deterministic: the same run gives the same record. */
export const runRecordOf = (hashtag: string, run: RunState): RunRecord => ({
  ...placeOfRun(hashtag, run),
  source: run.source,
  textEncoding: run.textEncoding,
  window: run.window,
  covered: coveredBy(run),
  gap: run.gap,
  complete: run.gap === null && run.stoppedBy === null,
  stoppedBy: run.stoppedBy?.reason ?? null,
  pages: run.page - 1,
  posts: run.pages.reduce((sum, { posts }) => sum + posts, 0),
  existing: run.existing,
  ...(run.existingIsEstimate ? { existingIsEstimate: true } : {}),
  otherLanguages: run.otherLanguages,
  refusedRows: run.refusedRows,
  partialErrors: run.partialErrors,
  ...(Object.keys(run.leftOut).length > 0 ? { leftOut: run.leftOut } : {}),
  costUsd: run.costUsd,
  objects: run.pages.map(({ page, posts, sha256 }) => ({ key: pageKey(hashtag, run, page), posts, sha256 })),
})

export const pageKey = (hashtag: string, run: RunState, page: number): string =>
  keys.posts({ ...placeOfRun(hashtag, run), page: String(page) })

/** The key of a run. */
export const placeOfRun = (hashtag: string, run: RunState) => ({
  ...streamNameOf({ hashtag, stream: run.stream }),
  date: dateOf(run),
  run: run.id,
})

export const dateOf = (run: RunState): string => run.window.from.slice(0, 10)

/** A stopped run has read only one end of its window; the order of the source says which. */
function coveredBy({ readable, stoppedBy, reached, order }: RunState): TimeWindow | null {
  if (readable === null || stoppedBy === null) return readable
  if (reached === null) return null
  return order === 'newest first' ? { from: reached, to: readable.to } : { from: readable.from, to: reached }
}

const addCounts = (a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>) =>
  Object.entries(b).reduce((sum, [reason, posts]) => ({ ...sum, [reason]: (sum[reason] ?? 0) + posts }), { ...a })

/** Dollars are added as whole micro-dollars, so that a sum does not depend on the order of its terms. */
const addUsd = (a: number, b: number): number => Math.round((a + b) * 1e6) / 1e6
