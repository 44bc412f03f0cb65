import { z } from 'zod'
import { reachedCap } from '../../events'
import { keys } from '../../shared/keys'
import { findJson, type Objects, parseJson } from '../../shared/objects'
import { lineBreaks } from '../../shared/records/fields'
import { type LeftOver, type PlanRecord, planRecord, type Purpose } from '../../shared/records'
import type { LabellerTerms, LabellingOptions } from '../../shared/labellers'
import { judgementsAtMost, objectsAtMost, usdOf } from '../../shared/labellers/costs'
import type { Settings } from '../../shared/settings'
import { type LineBreaks, shownText } from '../../shared/text'
import type { AskedAgain } from './sampling/ask-again'
import type { Allotment, OpenBatch } from '../../shared/state/open-batches'
import { type Cascade, hashtagsOf, sizeOf } from './sampling/cascades'
import { bookedFor } from './allot'
import { type Draw, partsOver } from './sampling/draw'
import type { ScoredPost } from './sampling/scored-window'
import { greatest, joint, type Parts } from '../../shared/statistics/design'
import { permanentRandom } from '../../shared/text/cascade'
import { sum } from '../../shared/statistics/numbers'

/** The plan as it is stored: with what was booked for it. */
export const storedPlan = planRecord.extend({
  claimedAt: z.iso.datetime(),
  booked: z.object({
    judgements: z.int().nonnegative(),
    usd: z.number().nonnegative(),
    objects: z.int().nonnegative().optional().describe('Where the labeller bills objects.'),
    items: z.int().nonnegative().optional().describe('Where the labeller takes only so many a day.'),
  }),
  before: z.int().nonnegative().default(0).describe('Billed objects in the month before this batch.'),
  reached: reachedCap.nullable(),
  carried: z.array(z.string()),
  waiting: z
    .array(z.string())
    .default([])
    .describe('Those of them whose left-over items found no place in this batch either.'),
})
export type StoredPlan = z.infer<typeof storedPlan>
export type PlannedItem = StoredPlan['items'][number]

/**
 * Whether a third judgement decides an item where two disagree. Other items measure people, or are a third judgement
 * themselves.
 */
export const isDecided = (purpose: Purpose): boolean => purpose === 'label' || purpose === 'relabel'

/** A line of the input manifest. */
const inputLine = z.object({
  source: z.string(),
  breaks: lineBreaks.optional(),
  item: z.string(),
  'post-id': z.string(),
})
export type InputLine = z.infer<typeof inputLine>

export interface BatchChoice {
  evaluation: readonly string[]
  training: readonly string[]
  cascades: ReadonlyMap<string, Cascade>
  carried: ReadonlyMap<string, LeftOver>
  /** The earlier batches that left the items which still wait for a place. */
  waiting: readonly string[]
  draws: readonly Draw[]
  /** Where each item of a draw is in its order, from 0 to 1. */
  order: ReadonlyMap<string, number>
  /** Labelled items that are shown once more. */
  again: readonly AskedAgain[]
  /** Training job of the live model that scored cascades; null where no model did. */
  model: string | null
  trainingChoice: NonNullable<PlanRecord['trainingChoice']>
  /** Kept scores of cascades, by id, in the order of the labels; null where a cascade was not scored. */
  scores: ReadonlyMap<string, readonly number[] | null>
  /** The evaluation window as the live model scores it. */
  window: readonly ScoredPost[]
}

/**
 * What is asked and why, by item id, and the text shown for each. Deterministic: the same choice gives the same bytes.
 */
export function planOf(
  { batch, date, claimedAt, deadline, runs, carried }: OpenBatch,
  { labelling, labels }: Pick<Settings, 'labelling' | 'labels'>,
  terms: LabellerTerms<LabellingOptions>,
  allotment: Allotment,
  chosen: BatchChoice,
  job: string,
): { plan: StoredPlan; lines: InputLine[] } {
  const { labeller } = labelling
  const { before, reached } = allotment
  const asked = terms.judgementsAsked(labelling)
  const planned = [
    ...chosen.evaluation.map((id) => itemOf(id, 'evaluation', asked.evaluation, chosen)),
    ...chosen.training.map((id) => itemOf(id, 'training', asked.training, chosen)),
    ...chosen.again.map(itemAgain),
  ].sort(inTurn(batch, chosen))
  const items = planned.map(({ item }) => item)
  const measuring = items.filter(({ purpose }) => !isDecided(purpose)).length
  const atMost = sum(items.map(({ judgements }) => judgementsAtMost(judgements)))
  const plan: StoredPlan = {
    batch,
    date,
    labeller,
    job,
    schemaVersion: labels.version,
    categories: labels.categories.map(({ name }) => name),
    claimedAt,
    deadline,
    runs,
    cascades: chosen.cascades.size,
    judgements: sum(items.map(({ judgements }) => judgements)),
    costUsd: usdOf(terms, labelling, objectsAtMost(terms, labelling, items.length, measuring), atMost, before),
    booked: bookedFor(terms, labelling, allotment),
    before,
    reached,
    carried,
    waiting: [...chosen.waiting],
    items,
    draws: chosen.draws.map(inPlan),
    model: chosen.model,
    ...(chosen.model !== null && { window: [...chosen.window] }),
    trainingChoice: chosen.trainingChoice,
  }
  return { plan, lines: planned.map(({ line }) => line) }
}

function itemOf(id: string, role: PlannedItem['role'], judgements: number, chosen: BatchChoice) {
  const cascade = chosen.cascades.get(id)
  const scores = chosen.scores.get(id)
  if (!cascade) return carriedItem(id, judgements, chosen)
  const { shown } = cascade
  const item: PlannedItem = {
    item: id,
    post: shown.id,
    role,
    hashtags: hashtagsOf(cascade),
    date: shown.createdAt.slice(0, 10),
    size: sizeOf(cascade),
    ...designOf(id, chosen),
    judgements,
    purpose: 'label',
    ...(scores && { scores: [...scores] }),
  }
  return { item, line: lineOf(shown.text, shown.breaks, id, shown.id) }
}

function itemAgain({ purpose, label, judgements }: AskedAgain) {
  const { text, item, role, hashtags, date, size, post, inclusionProbability, draw } = label
  const planned: PlannedItem = {
    item,
    post,
    role,
    hashtags: [...hashtags],
    date,
    size,
    inclusionProbability,
    ...(draw && { draw }),
    judgements,
    purpose,
  }
  const before = label.judgements.map(({ annotator }) => annotator).sort()
  return {
    item: purpose === 'confirm' ? { ...planned, before } : planned,
    // A label keeps its text as one line.
    line: lineOf(shownText(text), undefined, item, post),
  }
}

function carriedItem(id: string, judgements: number, { carried, scores }: BatchChoice) {
  const left = carried.get(id)
  if (!left)
    throw new Error(
      `item ${id} was chosen, but it is neither collected nor carried over: look for its cascade under cascades/`,
    )
  // The categories may have changed since.
  const { scores: _, ...plan } = left.plan
  const kept = scores.get(id)
  return {
    item: { ...plan, judgements, ...(kept && { scores: [...kept] }) },
    line: lineOf(shownText(left.source), left.breaks, id, left.plan.post),
  }
}

const lineOf = (source: string, breaks: LineBreaks | undefined, item: string, post: string): InputLine => ({
  source,
  ...(breaks && { breaks: [...breaks] }),
  item,
  'post-id': post,
})

function inPlan(draw: Draw): PlanRecord['draws'][number] {
  const { parts: _, ...planned } = draw
  return planned
}

/**
 * The probability of an item over the draws of this batch and, for a left-over item, its own draws. Unknown for a
 * left-over item without a known probability, unless a draw took it now.
 */
function designOf(id: string, { draws, carried }: BatchChoice): Pick<PlannedItem, 'inclusionProbability' | 'draw'> {
  const left = carried.get(id)?.plan
  const isDrawn = () =>
    draws.some(({ members }) => members.some(({ item, drawn }) => item === id && drawn !== 'before'))
  if (left?.inclusionProbability === null && !isDrawn()) return { inclusionProbability: null }
  const draw = greatest([partsOver(id, draws), ...(left ? [leftParts(left)] : [])])
  return { inclusionProbability: joint(draw), draw }
}

/** For an item that an older release left over, the evaluation draw alone. */
const leftParts = ({ draw, inclusionProbability }: LeftOver['plan']): Parts =>
  draw ?? { evaluation: inclusionProbability ?? 0, training: 0 }

/**
 * The order in which items are handed out: the draws in their orders, interleaved; items that are asked again anywhere
 * among them; then the left-over items.
 */
function inTurn(batch: string, { order, again }: BatchChoice) {
  const isAgain = new Set(again.map(({ label }) => label.item))
  const turnOf = (item: string): number => order.get(item) ?? permanentRandom(item, batch) + (isAgain.has(item) ? 0 : 1)
  return ({ item: { item: a } }: { item: PlannedItem }, { item: { item: b } }: { item: PlannedItem }): number =>
    turnOf(a) - turnOf(b) || (a < b ? -1 : 1)
}

export const toJsonLines = (lines: readonly unknown[]): string =>
  lines.map((line) => `${JSON.stringify(line)}\n`).join('')

/** The plan of a batch; undefined where it has none yet. */
export const findPlan = (objects: Pick<Objects, 'read'>, batch: string): Promise<StoredPlan | undefined> =>
  findJson(objects, keys.plan({ batch }), storedPlan)

/** The input manifest of a batch. */
export async function readLines(objects: Pick<Objects, 'lines'>, key: string): Promise<InputLine[]> {
  const lines: InputLine[] = []
  for await (const line of objects.lines(key)) lines.push(parseJson(line, inputLine, key))
  return lines
}
