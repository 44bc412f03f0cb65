import type { LoadArtefact } from '../../../shared/artefact'
import type { Calibrated } from '../../../shared/answers'
import { keys } from '../../../shared/keys'
import type { LabellerTerms, LabellingOptions } from '../../../shared/labellers'
import { evaluationTarget } from '../../../shared/labellers/costs'
import { keptScores, type LabelStore, type StandingLabel } from '../../../shared/labels'
import { type Objects, parseJson } from '../../../shared/objects'
import { type LeftOver, refusedLine } from '../../../shared/records'
import type { Settings } from '../../../shared/settings'
import type { Table } from '../../../shared/table'
import { shownText } from '../../../shared/text'
import { itemsToAskAgain } from './ask-again'
import type { OpenBatch } from '../../../shared/state/open-batches'
import { groupPosts, type Stratum } from './cascades'
import { askedForEvaluation, drawEvaluation, type EvaluationDraw, mayBe, trainingCandidates } from './draw'
import { identifyRuns } from '../../../shared/cascades/identify'
import { byMargin, type Candidate, diversityFilter } from './margin'
import type { Chosen } from '../plan'
import { type CascadeClaim, cascadeClaims } from '../../../shared/state/cascade-claims'
import { confirmedByOthers } from '../../../shared/state/confirmations'
import { loggedRuns } from '../../../shared/state/run-log'
import { daysBetween } from '../../../shared/utc-day'
import { liveModel, scorerOf, trainingChoice } from './live-model'

interface Ports {
  objects: Pick<Objects, 'read' | 'readJson' | 'stream' | 'lines' | 'exists' | 'create' | 'list'>
  table: Pick<Table, 'getMany' | 'query'>
  load: LoadArtefact
  /** The labels that stand. */
  labels: LabelStore
}

/** How many items a batch may have, of which kinds, and how many evaluation items later models are compared on. */
export type ChoiceSettings = Pick<Settings, 'labelling' | 'labels'> & { gate: Pick<Settings['gate'], 'window'> }

/** Candidates whose claims are read at once. */
const PAGE = 200

/**
 * Choose what a batch asks, at most `items`: the evaluation samples of its hashtags and days, then evaluation items that
 * batches before left over, then items that come back to measure people or to be put right, then training items: left
 * over or new, by permanent random number or by what the champion is least sure of.
 */
export async function choose(
  { objects, table, load, labels }: Ports,
  open: OpenBatch,
  items: number,
  settings: ChoiceSettings,
  terms: LabellerTerms<LabellingOptions>,
): Promise<Chosen> {
  const { batch, runs, carried: from } = open
  const labelled = (await labels.read()).labels
  const live = await liveModel({ objects, load }, settings.labels)
  const names = settings.labels.categories.map(({ name }) => name)
  const { runs: read, scores } = await identifyRuns(objects, runs, await loggedRuns(table), {
    labels: names,
    model: scorerOf(live, names),
    ofLabelled: (cascade) => scoresOfLabelled(labelled.get(cascade), names),
  })
  const cascades = groupPosts(read)
  const carried = await readLeftOvers(objects, from)
  const target = evaluationTarget(items, settings.labelling.evaluationShare)
  const draws = drawEvaluation(cascades, strataOf(read), target)

  const members = [...new Set(draws.flatMap((draw) => draw.members.map(({ id }) => id)))]
  const known = await cascadeClaims(table, [...members, ...carried.keys()], batch)
  const evaluation = evaluationItems(draws, carried, known).slice(0, target)

  const places = items - evaluation.length
  const { again, taken } = await itemsToAskAgain(
    labelled,
    open,
    { ...settings, asked: terms.judgementsAsked(settings.labelling) },
    items,
    places,
    await confirmedByOthers(table, batch),
  )

  const trainable = [...carried.values()].filter(({ plan }) => plan.role === 'training').map(({ item }) => item)
  const candidates = trainingCandidates([...cascades.keys(), ...trainable], draws)
  const choice = trainingChoice(live, settings.labelling)
  const textOf = (id: string) => cascades.get(id)?.shown.text ?? shownText(carried.get(id)?.source ?? '')
  const look = (ids: readonly string[]) => cascadeClaims(table, ids, batch)
  const lending = lendingMembers(members, known)
  const withText = (ids: readonly string[]) => ids.map((id) => ({ id, text: textOf(id) }))
  const rest =
    live.model && choice.how === 'margin'
      ? await mostInformative(withText(candidates), live.model, places - taken, look)
      : await firstFree(candidates, places - taken, look)
  const training = [...lending, ...rest].slice(0, places - taken)
  return {
    evaluation,
    training,
    again,
    cascades,
    carried,
    waiting: stillWaiting(carried, known, new Set([...evaluation, ...training]), open.date),
    draws,
    model: live.model ? live.job : null,
    trainingChoice: choice,
    scores,
  }
}

type Claims = ReadonlyMap<string, CascadeClaim>
type LeftOvers = ReadonlyMap<string, LeftOver & { leftBy: string }>

/** Each hashtag and day once. */
const strataOf = (runs: readonly Stratum[]): Stratum[] => [
  ...new Map(runs.map(({ hashtag, date }) => [`${date} ${hashtag}`, { hashtag, date }])).values(),
]

/** Drawn members that are for training and have no label: asked first, because the day's share counts their labels. */
const lendingMembers = (members: readonly string[], known: Claims): string[] =>
  members.filter((id) => known.get(id)?.role === 'training' && mayBe('training', known.get(id))).sort()

/** The evaluation items that may be asked: today's samples, then what earlier batches left over. */
function evaluationItems(draws: readonly EvaluationDraw[], carried: LeftOvers, known: Claims): string[] {
  const sampled = askedForEvaluation(draws, (id) => known.get(id))
  const resumed = [...carried.values()].filter(
    ({ item, plan }) => plan.role === 'evaluation' && !sampled.includes(item) && mayBe('evaluation', known.get(item)),
  )
  return [...sampled, ...resumed.map(({ item }) => item)]
}

/** The earlier batches whose left-over items found no place in this one and go on waiting. */
function stillWaiting(carried: LeftOvers, known: Claims, chosen: ReadonlySet<string>, date: string): string[] {
  const waiting = [...carried.values()].filter(
    ({ item, plan, leftBy }) => !chosen.has(item) && mayBe(plan.role, known.get(item)) && isWaitedFor(leftBy, date),
  )
  return [...new Set(waiting.map(({ leftBy }) => leftBy))]
}

/** What a labelled cascade keeps, null where it was never scored; nothing of a cascade without a label. */
const scoresOfLabelled = (label: StandingLabel | undefined, names: readonly string[]) =>
  label && (keptScores(label, names) ?? null)

type Look = (ids: readonly string[]) => Promise<Map<string, CascadeClaim>>

/** The first `wanted` candidates that may be asked for training; no more claims are read than that takes. */
async function firstFree(candidates: readonly string[], wanted: number, look: Look): Promise<string[]> {
  const available: string[] = []
  for (let from = 0; available.length < wanted && from < candidates.length; from += PAGE) {
    const page = candidates.slice(from, from + PAGE)
    const known = await look(page)
    available.push(...page.filter((id) => mayBe('training', known.get(id))))
  }
  return available.slice(0, wanted)
}

/** Those that the model is least sure of, no two of them alike; alike ones only where there are no others. */
async function mostInformative(
  candidates: readonly Candidate[],
  model: Calibrated,
  wanted: number,
  look: Look,
): Promise<string[]> {
  const sorted = await byMargin(candidates, model.classifier)
  const isNew = diversityFilter()
  const [taken, alike]: [string[], string[]] = [[], []]
  for (let from = 0; taken.length < wanted && from < sorted.length; from += PAGE) {
    const page = sorted.slice(from, from + PAGE)
    const known = await look(page.map(({ id }) => id))
    for (const { id, text } of page) {
      if (mayBe('training', known.get(id))) (taken.length < wanted && isNew(text) ? taken : alike).push(id)
    }
  }
  return [...taken, ...alike].slice(0, wanted)
}

/** Days that an item which finds no place waits for one. */
const WAITS = 30

const isWaitedFor = (batch: string, date: string): boolean => daysBetween(batch.slice(0, 10), date) < WAITS

/** What the batches left to be asked again; of an item that several left, the latest. */
async function readLeftOvers(
  objects: Pick<Objects, 'lines'>,
  batches: readonly string[],
): Promise<Map<string, LeftOver & { leftBy: string }>> {
  const left = new Map<string, LeftOver & { leftBy: string }>()
  for (const batch of batches) {
    const key = keys.settledRefused({ batch })
    for await (const line of objects.lines(key)) {
      const one = parseJson(line, refusedLine, key)
      if ('plan' in one && one.again && one.plan.purpose === 'label') left.set(one.item, { ...one, leftBy: batch })
    }
  }
  return left
}
