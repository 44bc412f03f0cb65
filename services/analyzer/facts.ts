import { answersOf, scoresIn } from '../../shared/answers'
import { withCascades } from '../../shared/cascades'
import { BellwetherError } from '../../shared/errors'
import { keys } from '../../shared/keys'
import type { GivenLabel } from '../../shared/labels-given'
import type { Objects } from '../../shared/objects'
import type { RunRecord } from '../../shared/records'
import { cascadeId } from '../../shared/text/cascade'
import { type LiveModel, postsOf, postsOfPages } from './classify'
import { collectionOf } from './collection'
import { firstTime } from './first-time'
import type { Unlearnt } from './learnt'
import { predictionsFromCsv } from './prediction'
import type { Draw } from './samples'
import type { DayFacts } from './shares'
import { addPost, emptyTally, merged, scoresOf, type Tally } from './tally'

interface Sources {
  objects: Pick<Objects, 'exists' | 'stream'>
  labels: readonly string[]
  given: ReadonlyMap<string, GivenLabel>
  /** The model whose predictions are counted; without one the posts themselves are. */
  model: LiveModel | undefined
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

/**
 * Count a day: its posts by message, and what is known of its samples. A day before may have been classified by another
 * model: its shares are as right, but it says nothing of how this one errs. Nothing where a run was not classified, or by
 * several models: whoever does that has the days around it reported again.
 */
export async function factsOf(
  sources: Sources,
  date: string,
  runs: readonly RunRecord[],
  draws: readonly Draw[],
): Promise<DayFacts | undefined> {
  const { labels } = sources
  const drawn = draws.map((draw) => ({ draw, tally: emptyTally(labels.length), members: new Map<string, Tally>() }))
  for (const one of drawn) for (const { item } of one.draw.members) one.members.set(item, emptyTally(labels.length))
  const undrawn = emptyTally(labels.length)
  const placeOf = (item: string): number | undefined => {
    const place = labels.indexOf(sources.given.get(item)?.label ?? '')
    return place === -1 ? undefined : place
  }
  const isTrained = (item: string) => sources.given.get(item)?.role === 'training' && placeOf(item) !== undefined
  /** Counted one by one: what was drawn, and what was labelled for training. */
  const memberOf = (members: Map<string, Tally>, item: string): Tally | undefined => {
    const member = members.get(item) ?? (isTrained(item) ? emptyTally(labels.length) : undefined)
    if (member) members.set(item, member)
    return member
  }
  // A post that overlapping runs have counts once.
  const isNew = runs.length > 1 ? firstTime() : () => true

  const models = new Set<string | undefined>()
  for (const run of runs) {
    const stratum = drawn.find(({ draw }) => draw.runs.has(keys.run(run)))
    let rows = 0
    const posts = withCascades(sources.objects, run, countedOf(sources, run))
    for await (const { post, cascade, scores: said, by } of posts) {
      rows += 1
      models.add(by)
      if (!isNew(post)) continue
      const scores = said && (sources.unlearnt(cascade) ?? said)
      addPost(stratum?.tally ?? undrawn, cascade, scores)
      const member = stratum && memberOf(stratum.members, cascade)
      if (member) addPost(member, cascade, scores)
    }
    if (rows !== postsOf(run) || models.size > 1) return undefined
  }
  const [by = sources.model?.job] = models
  return {
    date,
    isOfModel: by === sources.model?.job,
    tally: merged([...drawn.map(({ tally }) => tally), undrawn], labels.length),
    collected: collectionOf(runs).collected,
    drawn: drawn.map(({ draw, tally, members }) => {
      const isDrawn = new Set(draw.members.map(({ item }) => item))
      const sampled = (item: string, size: number, inclusionProbability: number) => ({
        item,
        size,
        inclusionProbability: isTrained(item) ? 1 : inclusionProbability,
        label: placeOf(item),
        scores: memberScores(sources, item, members.get(item)),
      })
      return {
        tally,
        sample: draw.members.map(({ item, size, inclusionProbability }) => sampled(item, size, inclusionProbability)),
        known: [...members].flatMap(([item, { posts }]) => (isDrawn.has(item) ? [] : [sampled(item, posts, 1)])),
      }
    }),
  }
}

/** The mean scores of its posts of the day, so that what the sample says and what is counted are of one kind. */
function memberScores({ labels, given, model, unlearnt }: Sources, item: string, tally: Tally | undefined): number[] {
  const message = tally?.kept.get(item)
  if (message) return scoresOf(message)
  const unseen = model && unlearnt(item)
  if (unseen) return unseen
  const text = given.get(item)?.text
  if (!model || text === undefined) return labels.map(() => 0)
  return scoresIn(labels, answersOf(model, [text])[0]!.probabilities)
}

async function* countedOf({ objects, labels, model }: Sources, run: RunRecord): AsyncIterable<Counted> {
  if (!model) {
    for await (const { id, text } of postsOfPages(objects, run))
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
