import type { LoadArtefact } from '../../../shared/artefact'
import { keys } from '../../../shared/keys'
import type { LabellerTerms, LabellingOptions } from '../../../shared/labellers'
import { evaluationTarget } from '../../../shared/labellers/costs'
import { keptScores, type LabelStore, type StandingLabel } from '../../../shared/labels'
import { type Objects, parseJson } from '../../../shared/objects'
import { type LeftOver, refusedLine, type Role } from '../../../shared/records'
import type { Settings } from '../../../shared/settings'
import type { Table } from '../../../shared/table'
import { doubtOf } from '../../../shared/statistics/design'
import { itemsToAskAgain } from './ask-again'
import type { OpenBatch } from '../../../shared/state/open-batches'
import { groupPosts, type Stratum, stratumKey } from './cascades'
import { type Draw, drawEvaluation, drawTraining, mayBe, placesInOrder } from './draw'
import { identifyRuns, type CascadeScoring } from '../../../shared/cascades/identify'
import type { BatchChoice } from '../plan'
import { type CascadeClaim, cascadeClaims } from '../../../shared/state/cascade-claims'
import { confirmedByOthers } from '../../../shared/state/confirmations'
import { loggedRuns } from '../../../shared/state/run-log'
import { streamNameOf } from '../../../shared/streams'
import { daysBetween } from '../../../shared/utc-day'
import { type LiveModel, liveModel, scorerOf, trainingChoice } from './live-model'
import { scoredWindow } from './scored-window'

interface Ports {
  objects: Pick<Objects, 'read' | 'readJson' | 'stream' | 'lines' | 'exists' | 'create' | 'list'>
  table: Pick<Table, 'getMany' | 'query'>
  load: LoadArtefact
  /** The current labels. */
  labels: LabelStore
}

/** How many items a batch may have, and of which kinds. */
export type ChoiceSettings = Pick<Settings, 'labelling' | 'labels' | 'gate'>

/**
 * Choose what a batch asks, at most `items`, in this order: the evaluation samples of its streams and days, evaluation
 * items that earlier batches left over, items shown again to measure people or to correct labels, the training samples,
 * training items that earlier batches left over.
 */
export async function chooseItems(
  { objects, table, load, labels }: Ports,
  open: OpenBatch,
  items: number,
  settings: ChoiceSettings,
  terms: LabellerTerms<LabellingOptions>,
): Promise<BatchChoice> {
  const { batch, runs, carried: from } = open
  const labelled = (await labels.read()).labels
  const live = await liveModel({ objects, load }, settings.labels)
  const scoring = scoringBy(live, settings.labels, labelled)
  const { runs: read, scores } = await identifyRuns(objects, runs, await loggedRuns(table), scoring)
  const cascades = groupPosts(read)
  const carried = await readLeftOvers(objects, from)
  const known = await cascadeClaims(table, [...new Set([...cascades.keys(), ...carried.keys()])], batch)
  const { salt } = settings.labelling
  const target = evaluationTarget(items, settings.labelling.evaluationShare)
  const first = drawEvaluation(cascades, strataOf(read), target, salt)
  const sampled = new Set(first.flatMap(({ drawn }) => drawn.filter((id) => mayBe('evaluation', known.get(id)))))
  const evaluation = [...sampled, ...leftOverOf('evaluation', carried, known, sampled)].slice(0, target)

  const places = items - evaluation.length
  const { again, taken } = await itemsToAskAgain(
    labelled,
    open,
    { ...settings, asked: terms.judgementsAsked(settings.labelling) },
    items,
    places,
    await confirmedByOthers(table, batch),
  )

  const choice = trainingChoice(live, settings.labelling)
  const draws = drawTraining(first, {
    places: places - taken,
    claims: known,
    doubt: (id) => (choice.how === 'margin' ? doubtOf(scores.get(id) ?? []) : 1),
    isDesigned: (id) => isDesigned(labelled.get(id), carried.get(id)),
    salt,
  })
  const drawn = new Set(draws.flatMap(trainingDrawn).filter((id) => mayBe('training', known.get(id))))
  const training = [...drawn, ...leftOverOf('training', carried, known, drawn)].slice(0, places - taken)
  const asked = new Set([...evaluation, ...training])
  return {
    evaluation,
    training,
    again,
    cascades,
    carried,
    waiting: stillWaiting(carried, known, asked, open.date),
    draws,
    order: placesInOrder(draws, (id) => asked.has(id)),
    model: live.model ? live.job : null,
    trainingChoice: choice,
    scores,
    window: await scoredWindow(scoring.model, labelled, settings.gate.window),
  }
}

type Claims = ReadonlyMap<string, CascadeClaim>
type LeftOvers = ReadonlyMap<string, LeftOver & { leftBy: string }>

/** Each stream and day once. */
const strataOf = (runs: readonly Stratum[]): Stratum[] => [
  ...new Map(runs.map((run) => [stratumKey(run), { ...streamNameOf(run), date: run.date }])).values(),
]

/** The items that earlier batches left over in a role, without those that are asked anyway. */
const leftOverOf = (role: Role, carried: LeftOvers, known: Claims, asked: ReadonlySet<string>): string[] =>
  [...carried.values()]
    .filter(({ item, plan }) => plan.role === role && !asked.has(item) && mayBe(role, known.get(item)))
    .map(({ item }) => item)

/** Whether it was drawn with known probabilities: its label, or else the left-over question. */
const isDesigned = (label: StandingLabel | undefined, left: LeftOver | undefined): boolean =>
  label ? label.planned !== undefined && label.inclusionProbability !== null : left?.plan.inclusionProbability !== null

/** The earlier batches whose left-over items found no place in this one and go on waiting. */
function stillWaiting(carried: LeftOvers, known: Claims, chosen: ReadonlySet<string>, date: string): string[] {
  const waiting = [...carried.values()].filter(
    ({ item, plan, leftBy }) => !chosen.has(item) && mayBe(plan.role, known.get(item)) && isWaitedFor(leftBy, date),
  )
  return [...new Set(waiting.map(({ leftBy }) => leftBy))]
}

/** How the live model scores new cascades. A labelled cascade keeps the scores of its label, or has none. */
function scoringBy(
  live: LiveModel,
  { categories }: Settings['labels'],
  labelled: ReadonlyMap<string, StandingLabel>,
): CascadeScoring {
  const labels = categories.map(({ name }) => name)
  const ofLabelled = (cascade: string) => {
    const label = labelled.get(cascade)
    return label && (keptScores(label, labels) ?? null)
  }
  return { labels, model: scorerOf(live, labels), ofLabelled }
}

const trainingDrawn = ({ members }: Draw): string[] =>
  members.flatMap(({ item, drawn }) => (drawn === 'training' ? [item] : []))

/** Days that an item without a place waits for one. */
const WAITS = 30

const isWaitedFor = (batch: string, date: string): boolean => daysBetween(batch.slice(0, 10), date) < WAITS

/** What the batches left over; of an item that several left, the latest. */
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
