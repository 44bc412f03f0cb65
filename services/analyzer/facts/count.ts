import { type CascadeRow, openCascades, withCascades } from '../../../shared/cascades/files'
import type { Objects } from '../../../shared/objects'
import { postsOfRun } from '../../../shared/posts'
import type { RunRecord } from '../../../shared/records'
import { cascadeId } from '../../../shared/text/cascade'
import { postCount } from './classify'
import type { CountedRun } from './facts'
import { addPost, emptyTally, orderedById, type Tally } from './tally'

interface How {
  labels: readonly string[]
  /** Messages that a plan asks about. */
  isAsked: (item: string) => boolean
  /** Ids of the posts in earlier runs of the day. Undefined if the day has one run. */
  seen: ReadonlySet<string> | undefined
  /** Its posts, if they are in memory. */
  posts?: AsyncIterable<CountedPost> | undefined
}

/** A post, and its message by the exact form of its text. */
export interface CountedPost {
  post: string
  exact: () => string
}

/** A counted run. */
export interface RunCount {
  run: CountedRun
  /** Ids of the posts that no earlier run has, if requested. */
  posts: ReadonlySet<string>
}

/**
 * Count a run by message, with the kept scores. The file of its cascades has all its posts; without it a
 * message is identified by the exact form of its text. Undefined if the pages have other posts than the run says.
 */
export async function countRun(
  objects: Pick<Objects, 'stream'>,
  run: RunRecord,
  how: How,
): Promise<RunCount | undefined> {
  const assigned = await openCascades(objects, run, how.labels)
  const counted = assigned && (await countRows(run, assigned.rows, how))
  if (counted) return asRun(run, counted, true)
  // Posts that the file of cascades lacks are read from the pages.
  const cascades = assigned && (await openCascades(objects, run, how.labels))
  const posts = withCascades(cascades, how.posts ?? stored(objects, run), ({ exact }) => exact())
  const read = await countRows(run, rowsOf(posts), how)
  return read && asRun(run, read, assigned !== undefined)
}

async function countRows(
  run: RunRecord,
  posts: AsyncIterable<CascadeRow>,
  { labels, isAsked, seen }: How,
): Promise<{ tally: Tally; own: Set<string> } | undefined> {
  const tally = emptyTally(labels.length)
  const own = new Set<string>()
  let rows = 0
  for await (const [post, cascade, scores] of posts) {
    rows += 1
    if (seen && (seen.has(post) || own.has(post))) continue
    if (seen) own.add(post)
    addPost(tally, cascade, scores, { isAsked })
  }
  return rows === postCount(run) ? { tally: orderedById(tally), own } : undefined
}

function asRun(run: RunRecord, { tally, own }: { tally: Tally; own: Set<string> }, cascades: boolean): RunCount {
  const { window, covered, gap, complete, stoppedBy, posts: collected, existing, otherLanguages, refusedRows } = run
  const { existingIsEstimate, leftOut } = run
  const collection = {
    window,
    covered,
    gap,
    complete,
    stoppedBy,
    posts: collected,
    existing,
    otherLanguages,
    refusedRows,
    ...(existingIsEstimate ? { existingIsEstimate } : {}),
    ...(leftOut ? { leftOut } : {}),
  }
  return {
    run: { ...(run.stream === undefined ? {} : { stream: run.stream }), run: run.run, ...collection, cascades, tally },
    posts: own,
  }
}

async function* stored(objects: Pick<Objects, 'stream'>, run: RunRecord): AsyncIterable<CountedPost> {
  for await (const { id, text } of postsOfRun(objects, run)) yield { post: id, exact: () => cascadeId(text) }
}

async function* rowsOf(
  posts: AsyncIterable<{ post: string; cascade: string; kept?: readonly number[] }>,
): AsyncIterable<CascadeRow> {
  for await (const { post, cascade, kept } of posts) yield kept ? [post, cascade, kept] : [post, cascade]
}
