import { concurrently } from '../../../shared/concurrently'
import { keys, prefixes } from '../../../shared/keys'
import { findJson, type Objects } from '../../../shared/objects'
import { type CardRecord, cardRecord, type DatasetRecord } from '../../../shared/records'
import { DAY_MS } from '../../../shared/utc-day'

type Bucket = Pick<Objects, 'read' | 'list'>
type Labels = Pick<DatasetRecord, 'schemaVersion' | 'latestDate'>

/** How many cards are read at a time. */
const WIDTH = 16

export async function readCard(objects: Pick<Objects, 'read'>, job: string): Promise<CardRecord | undefined> {
  return findJson(objects, keys.card({ job }), cardRecord)
}

/**
 * The models that were live before this champion and within so many days of labels, the latest first. The cards form a
 * chain, because each names the model that it replaced. Models that a rollback skipped are not part of it.
 */
export async function championsBefore(
  objects: Pick<Objects, 'read'>,
  champion: CardRecord,
  { schemaVersion, latestDate }: Labels,
  days: number,
): Promise<CardRecord[]> {
  const from = Date.parse(latestDate) - days * DAY_MS
  const former: CardRecord[] = []
  const seen = new Set([champion.job])
  let successor = champion
  // A model was live until its successor was promoted.
  while (successor.champion !== null && !seen.has(successor.champion) && dayOf(successor) >= from) {
    const card = await readCard(objects, successor.champion)
    if (!card || card.dataset.schemaVersion !== schemaVersion) break
    former.push(card)
    seen.add(card.job)
    successor = card
  }
  return former
}

/** The card with the highest macro-F1 at its own evaluation; of equals the first. */
export const bestOf = (cards: readonly CardRecord[]): CardRecord | undefined =>
  cards.reduce<CardRecord | undefined>(
    (best, card) => (best && macroF1Of(best) >= macroF1Of(card) ? best : card),
    undefined,
  )

/**
 * Days of labels since a champion of another engine was replaced; null where the chain, latest first, has one engine
 * only.
 */
export function daysSinceSwitch(chain: readonly CardRecord[], latestDate: string): number | null {
  const first = chain.findIndex((card, i) => {
    const before = chain[i + 1]
    return before !== undefined && before.training.engine !== card.training.engine
  })
  const switched = chain[first]
  return switched ? Math.round((Date.parse(latestDate) - dayOf(switched)) / DAY_MS) : null
}

/**
 * On how many of the latest days of labels before these, without a gap, a model of the engine was ahead of a live model
 * of another engine. Days on which the engine was not trained are skipped; at most `most` are counted.
 */
export function daysAheadOf(
  cards: readonly CardRecord[],
  engine: string,
  { schemaVersion, latestDate }: Labels,
  { most, within }: { most: number; within: number },
): number {
  const engines = new Map(cards.map(({ job, training }) => [job, training.engine]))
  const isAhead = ({ comparison, champion }: CardRecord) =>
    comparison !== null && comparison.difference > 0 && champion !== null && engines.get(champion) !== engine
  const byDay = new Map<string, boolean>()
  for (const card of cards) {
    const { dataset } = card
    if (card.training.engine !== engine || dataset.schemaVersion !== schemaVersion) continue
    if (dataset.latestDate >= latestDate || dayOf(card) < Date.parse(latestDate) - within * DAY_MS) continue
    byDay.set(dataset.latestDate, (byDay.get(dataset.latestDate) ?? false) || isAhead(card))
  }
  const latestFirst = [...byDay].sort(([a], [b]) => (a < b ? 1 : -1)).map(([, ahead]) => ahead)
  const end = latestFirst.indexOf(false)
  return Math.min(most, end < 0 ? latestFirst.length : end)
}

/** The cards that were written within so many days before the last one. */
export async function cardsOfLate(objects: Bucket, days: number): Promise<CardRecord[]> {
  const listed: { job: string; modified: number }[] = []
  for await (const { key, modified } of objects.list(prefixes.models)) {
    const parts = keys.card.match(key)
    if (parts) listed.push({ job: parts.job, modified: modified.getTime() })
  }
  const last = listed.reduce((latest, { modified }) => Math.max(latest, modified), 0)
  const late = listed.filter(({ modified }) => modified >= last - days * DAY_MS)
  const cards = await concurrently(late, WIDTH, ({ job }) => readCard(objects, job))
  return cards.flatMap((card) => card ?? [])
}

const dayOf = ({ dataset }: CardRecord): number => Date.parse(dataset.latestDate)
const macroF1Of = ({ scores }: CardRecord): number => scores.challenger?.macroF1 ?? 0
