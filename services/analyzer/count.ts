import { scoresIn } from '../../shared/answers'
import { openCascades, withCascades } from '../../shared/cascades/files'
import { BellwetherError } from '../../shared/errors'
import { keys } from '../../shared/keys'
import type { Objects } from '../../shared/objects'
import { postsOfRun } from '../../shared/posts'
import type { RunRecord } from '../../shared/records'
import { cascadeId } from '../../shared/text/cascade'
import { postsOf } from './classify'
import type { CountedRun } from './facts'
import { predictionsFromCsv } from './prediction'
import { addPost, emptyTally, inOrder } from './tally'

interface How {
  labels: readonly string[]
  /** Messages that a plan asks about. */
  isAsked: (item: string) => boolean
  /** Ids of the posts that earlier runs of the day have. Nothing where the day has one run. */
  seen: ReadonlySet<string> | undefined
  /** ETag of the predictions to count; null to count the posts, without scores. */
  predictions: string | null
}

/** A run as it was counted. */
export interface Counted {
  run: CountedRun
  /** Training jobs of the models that classified its posts. */
  models: ReadonlySet<string>
  /** Ids of the posts that no earlier run has, where it was asked for them. */
  posts: ReadonlySet<string>
}

/** A post before it is counted. */
interface Row {
  post: string
  scores?: number[]
  /** The training job of the model that gave them. */
  model?: string
  /** Its message by the exact form of its text, where labelling has not said. */
  exact: () => string
}

/** Count a run by message. Nothing where its predictions are not those of all its posts. */
export async function countRun(
  objects: Pick<Objects, 'stream'>,
  run: RunRecord,
  { labels, isAsked, seen, predictions }: How,
): Promise<Counted | undefined> {
  const tally = emptyTally(labels.length)
  const models = new Set<string>()
  const own = new Set<string>()
  let rows = 0
  const cascades = await openCascades(objects, run)
  const posts = predictions === null ? storedPosts(objects, run) : predictedPosts(objects, run, labels)
  for await (const { post, cascade, scores, model } of withCascades(cascades, posts, ({ exact }) => exact())) {
    rows += 1
    if (model !== undefined) models.add(model)
    if (seen && (seen.has(post) || own.has(post))) continue
    if (seen) own.add(post)
    addPost(tally, cascade, scores, { isAsked })
  }
  if (rows !== postsOf(run)) return undefined
  const { window, covered, gap, complete, stoppedBy, posts: collected, existing, otherLanguages, refusedRows } = run
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
  }
  return {
    run: { run: run.run, ...collection, predictions, cascades: cascades !== undefined, tally: inOrder(tally) },
    models,
    posts: own,
  }
}

async function* storedPosts(objects: Pick<Objects, 'stream'>, run: RunRecord): AsyncIterable<Row> {
  for await (const { id, text } of postsOfRun(objects, run)) yield { post: id, exact: () => cascadeId(text) }
}

async function* predictedPosts(
  objects: Pick<Objects, 'stream'>,
  run: RunRecord,
  labels: readonly string[],
): AsyncIterable<Row> {
  const key = keys.predictions(run)
  try {
    for await (const { post, cascade, probabilities, model } of predictionsFromCsv(await objects.stream(key), key)) {
      yield { post, scores: scoresIn(labels, probabilities), model, exact: () => cascade }
    }
  } catch (error) {
    // A file that was cut short ends here: its rows do not add up.
    if (!(error instanceof BellwetherError && error.code === 'OBJECT_INVALID')) throw error
  }
}
