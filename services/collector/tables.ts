import { keys } from '../../shared/keys'
import type { Objects } from '../../shared/objects'
import { type CollectedPost, postsOfRun } from '../../shared/posts'
import { type RunRecord, runRecord } from '../../shared/records'
import { gzipped, GZIP, putRows } from '../../shared/sql-tables/rows'
import { NONE, type SqlRow } from '../../shared/sql-tables/tables'
import { streamLabel, type StreamNames } from '../../shared/streams'
import { cascadeId } from '../../shared/text/cascade'

export type TableObjects = Pick<Objects, 'list' | 'put' | 'putStream' | 'readJson' | 'stream'>

/**
 * Write a finished run into the tables of runs and of posts. The table of posts has one object a day, made of all runs
 * of that day, so that a post of two runs is one row. The stream's lease keeps two writers of one day apart.
 */
export async function writeRunTables(objects: TableObjects, names: StreamNames, record: RunRecord): Promise<void> {
  const { date, run } = record
  const { hashtag, stream = NONE } = names[0]
  await objects.put(keys.tableOfRuns({ stream, hashtag, date, run }), gzipped('runs', [runRow(record)]), GZIP)
  const runs = await runsOf(objects, names, date)
  if (runs.every(({ posts }) => posts === 0)) return
  await putRows(objects, keys.tableOfPosts({ stream, hashtag, date }), 'posts', postRows(objects, runs))
}

/** The records of all runs of a day, sorted by name. */
async function runsOf(
  objects: Pick<Objects, 'list' | 'readJson'>,
  names: StreamNames,
  date: string,
): Promise<RunRecord[]> {
  const runs: RunRecord[] = []
  for (const name of names) {
    for await (const { key } of objects.list(keys.run.start({ ...name, date })))
      if (keys.run.match(key)) runs.push(await objects.readJson(key, runRecord))
  }
  return runs.sort((a, b) => (`${a.run} ${streamLabel(a)}` < `${b.run} ${streamLabel(b)}` ? -1 : 1))
}

/** A post that several runs have belongs to the first of them, as reports count it. */
async function* postRows(objects: Pick<Objects, 'stream'>, runs: readonly RunRecord[]): AsyncIterable<SqlRow<'posts'>> {
  const seen = runs.length > 1 ? new Set<string>() : undefined
  for (const run of runs) {
    for await (const post of postsOfRun(objects, run)) {
      if (seen?.has(post.id)) continue
      seen?.add(post.id)
      yield postRow(post, run.run)
    }
  }
}

const postRow = (post: CollectedPost, run: string): SqlRow<'posts'> => ({
  post_id: post.id,
  created_at: post.createdAt,
  author_id: post.authorId,
  language: post.language,
  repeats: post.retweetOf || null,
  source: post.source,
  paid_partnership: post.paidPartnership === 'yes',
  run,
  message: cascadeId(post.text),
  text: post.shown,
})

const runRow = (run: RunRecord): SqlRow<'runs'> => ({
  run: run.run,
  source: run.source,
  window_from: run.window.from,
  window_to: run.window.to,
  posts: run.posts,
  existing: run.existing,
  existing_is_estimate: run.existingIsEstimate ?? false,
  other_languages: run.otherLanguages,
  refused_rows: run.refusedRows,
  complete: run.complete,
  stopped_by: run.stoppedBy,
  cost_usd: run.costUsd,
})
