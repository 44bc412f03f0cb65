import { answersOf, scoresIn } from '../../shared/answers'
import { withCascades } from '../../shared/cascades/files'
import { BellwetherError } from '../../shared/errors'
import { keys } from '../../shared/keys'
import type { StandingLabel } from '../../shared/labels'
import type { Objects } from '../../shared/objects'
import { postsOfRun } from '../../shared/posts'
import type { RunRecord } from '../../shared/records'
import { plainText } from '../../shared/text'
import { cascadeId } from '../../shared/text/cascade'
import { type LiveModel, postsOf } from './classify'
import { collectionOf } from './collection'
import { firstTime } from './first-time'
import type { Unlearnt } from './learnt'
import { predictionsFromCsv } from './prediction'
import type { Draw } from './samples'
import type { DayFacts } from './shares'
import { addPost, emptyTally, inOrder, merged, type Message, messageIn, rescored, scoresOf, type Tally } from './tally'

interface Sources {
  objects: Pick<Objects, 'exists' | 'stream'>
  labels: readonly string[]
  given: ReadonlyMap<string, StandingLabel>
  /** The model whose predictions are counted; without one the posts themselves are. */
  model: LiveModel | undefined
  /** Of a model that was live before. */
  textVersionOf: (job: string) => Promise<string | undefined>
  /** For messages that it may have learnt from. */
  unlearnt: Unlearnt
}

/** A post as it is counted. */
interface Counted {
  post: string
  cascade: string
  scores: number[] | undefined
  /** The training job of the model that gave them. */
  by: string | undefined
}

/** The posts of a run, as they are counted before labels say anything of them. */
interface CountedRun {
  key: string
  tally: Tally
}

/**
 * Count a day: its posts by message, and what is known of its samples. A day before may have been classified by another
 * model: its shares are as right, but it says nothing of how this one errs. Nothing where a run was not classified, or by
 * several models, or by one that reads texts by another version: no report mixes those. The invocation that classifies
 * the day has the days around it reported again.
 */
export async function factsOf(
  sources: Sources,
  date: string,
  runs: readonly RunRecord[],
  draws: readonly Draw[],
): Promise<DayFacts | undefined> {
  const { labels } = sources
  const isDrawn = new Set(draws.flatMap(({ members }) => members.map(({ item }) => item)))
  const isAsked = (item: string) => isDrawn.has(item) || isTrained(sources, item)
  // A post that overlapping runs have counts once.
  const isNew = runs.length > 1 ? firstTime() : () => true

  const models = new Set<string | undefined>()
  const counted: CountedRun[] = []
  for (const run of runs) {
    const tally = emptyTally(labels.length)
    let rows = 0
    for await (const { post, cascade, scores, by } of withCascades(sources.objects, run, countedOf(sources, run))) {
      rows += 1
      models.add(by)
      if (isNew(post)) addPost(tally, cascade, scores, { isAsked })
    }
    if (rows !== postsOf(run) || models.size > 1) return undefined
    counted.push({ key: keys.run(run), tally: inOrder(tally) })
  }
  const [by = sources.model?.job] = models
  const isOfModel = by === sources.model?.job
  if (sources.model && by !== undefined && !isOfModel) {
    if ((await sources.textVersionOf(by)) !== sources.model.textVersion) return undefined
  }
  return { date, isOfModel, collected: collectionOf(runs).collected, ...composed(sources, counted, draws) }
}

/** The runs of a day put together by the samples that were drawn from them, and with what labels say of their messages. */
function composed(
  sources: Sources,
  runs: readonly CountedRun[],
  draws: readonly Draw[],
): Pick<DayFacts, 'tally' | 'drawn'> {
  const { labels, model, unlearnt } = sources
  const strata = runs.map(({ key, tally }) => ({
    draw: draws.find((draw) => draw.runs.has(key)),
    tally: model ? rescored(tally, unlearnt) : tally,
  }))
  const of = (draw: Draw | undefined) => strata.filter((run) => run.draw === draw).map(({ tally }) => tally)
  const drawn = draws.map((draw) => {
    const own = of(draw)
    const isDrawn = new Set(draw.members.map(({ item }) => item))
    const trained = own.flatMap(({ kept, aside }) =>
      [...kept.keys(), ...aside.keys()].filter((item) => isTrained(sources, item) && !isDrawn.has(item)),
    )
    const sampled = (item: string, message: Message | undefined, size: number, inclusionProbability: number) => ({
      item,
      size,
      inclusionProbability: isTrained(sources, item) ? 1 : inclusionProbability,
      label: classOf(sources, item),
      scores: message ? scoresOf(message) : scoresOfNone(sources, item),
    })
    return {
      tally: merged(own, labels.length),
      sample: draw.members.map(({ item, size, inclusionProbability }) =>
        sampled(item, messageIn(own, item), size, inclusionProbability),
      ),
      known: [...new Set(trained)].sort().flatMap((item) => {
        const message = messageIn(own, item)
        return message ? sampled(item, message, message.posts, 1) : []
      }),
    }
  })
  return { tally: merged([...drawn.map(({ tally }) => tally), ...of(undefined)], labels.length), drawn }
}

function classOf({ labels, given }: Sources, item: string): number | undefined {
  const place = labels.indexOf(given.get(item)?.label ?? '')
  return place === -1 ? undefined : place
}

const isTrained = (sources: Sources, item: string): boolean =>
  sources.given.get(item)?.role === 'training' && classOf(sources, item) !== undefined

/** What the model says of a message that has no post among those that were counted. */
function scoresOfNone({ labels, given, model, unlearnt }: Sources, item: string): number[] {
  const unseen = model && unlearnt(item)
  if (unseen) return unseen
  const text = given.get(item)?.text
  if (!model || text === undefined) return labels.map(() => 0)
  return scoresIn(labels, answersOf(model, [plainText(text)])[0]!.probabilities)
}

async function* countedOf({ objects, labels, model }: Sources, run: RunRecord): AsyncIterable<Counted> {
  if (!model) {
    for await (const { id, text } of postsOfRun(objects, run))
      yield { post: id, cascade: cascadeId(text), scores: undefined, by: undefined }
    return
  }
  const key = keys.predictions(run)
  if (!(await objects.exists(key))) return
  try {
    for await (const prediction of predictionsFromCsv(await objects.stream(key), key)) {
      const { post, cascade, probabilities, model: by } = prediction
      yield { post, cascade, scores: scoresIn(labels, probabilities), by }
    }
  } catch (error) {
    // A file that was cut short ends here; its rows do not add up.
    if (!(error instanceof BellwetherError && error.code === 'OBJECT_INVALID')) throw error
  }
}
