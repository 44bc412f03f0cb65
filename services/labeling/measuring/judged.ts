import { byBatch } from '../../../shared/batches'
import { concurrently } from '../../../shared/concurrently'
import { keys, prefixes } from '../../../shared/keys'
import type { Objects } from '../../../shared/objects'
import {
  type JudgementsRecord,
  judgementsRecord,
  judgementsSoFar,
  type Purpose,
  qualityRecord,
} from '../../../shared/records'
import type { Answers, Judgement } from '../labellers/labeller'
import type { StoredPlan } from '../plan'

/** The judgements of a batch, by item and time. The order of the answers does not matter. */
export function judgementsRecordOf(plan: StoredPlan, answers: Answers): JudgementsRecord {
  const byItem = judgementsByItem(answers.judgements)
  return {
    batch: plan.batch,
    date: plan.date,
    schemaVersion: plan.schemaVersion,
    items: [...plan.items]
      .sort((a, b) => (a.item < b.item ? -1 : 1))
      .map(({ item, post, purpose }) => {
        const judgements = byItem.get(item) ?? []
        // A deletion finds the note by its post.
        const isNoted = judgements.some(({ note }) => note !== undefined)
        return { item, ...(isNoted ? { post } : {}), purpose, judgements: judgements.map(judgementRecordOf) }
      }),
  }
}

/** A judgement as it is stored with its item. */
export function judgementRecordOf(judgement: Judgement): Omit<Judgement, 'item'> {
  const { item: _, ...record } = judgement
  return record
}

/** Merged judgements save requests but repeat bytes: at most this many batches are read one by one. */
const MERGED_EVERY = 10

type Bucket = Pick<Objects, 'list' | 'readJson' | 'create'>

/**
 * The judgements of every settled batch of a schema version, by batch, including the batch that is being settled. If
 * that batch was measured before, only the batches that its quality.json names count. Every tenth batch stores the
 * judgements so far in one object, so that a settlement reads few objects however many batches there were.
 */
export async function readJudgements(
  objects: Bucket,
  schemaVersion: number,
  own: JudgementsRecord,
): Promise<JudgementsRecord[]> {
  const found = await settledBatches(objects, own.batch)
  const merged = found.merged
    ? (await objects.readJson(keys.judgementsSoFar({ batch: found.merged }), judgementsSoFar)).records
    : []
  const isMerged = new Set(merged.map(({ batch }) => batch))
  const unmerged = found.names.filter((batch) => batch !== own.batch && !isMerged.has(batch))
  const read = await concurrently(unmerged, 16, (batch) =>
    objects.readJson(keys.judgements({ batch }), judgementsRecord),
  )
  const records = [...merged.filter(({ batch }) => batch !== own.batch), ...read, own].sort((a, b) =>
    byBatch(a.batch, b.batch),
  )
  if (unmerged.length + 1 >= MERGED_EVERY) {
    await objects.create(keys.judgementsSoFar({ batch: own.batch }), JSON.stringify({ records }))
  }
  const measured = found.isMeasured
    ? (await objects.readJson(keys.quality({ batch: own.batch }), qualityRecord)).batches
    : undefined
  return records.filter(
    (record) => record.schemaVersion === schemaVersion && (measured?.includes(record.batch) ?? true),
  )
}

/** Which batches have judgements, the latest batch with merged judgements, and whether `own` was measured. */
async function settledBatches(objects: Pick<Objects, 'list'>, own: string) {
  const names: string[] = []
  const merged: string[] = []
  let isMeasured = false
  for await (const { key } of objects.list(prefixes.labeled)) {
    const batch = keys.judgements.match(key)?.batch
    const soFar = keys.judgementsSoFar.match(key)?.batch
    if (batch !== undefined) names.push(batch)
    if (soFar !== undefined) merged.push(soFar)
    isMeasured ||= keys.quality.match(key)?.batch === own
  }
  return { names: names.sort(byBatch), merged: merged.sort(byBatch).at(-1), isMeasured }
}

/** Whether the judgement was requested to be weighed with the others for the item's label. */
export const isForLabel = (purpose: Purpose): boolean => purpose === 'label' || purpose === 'confirm'

/**
 * What was said of each item for its label, over all batches: each annotator's first judgement, by time. A second
 * judgement of the same item by the same annotator is not independent of the first.
 */
export function independentJudgements(records: readonly JudgementsRecord[]): Map<string, Judgement[]> {
  const said = records.flatMap(({ items }) =>
    items
      .filter(({ purpose }) => isForLabel(purpose))
      .flatMap(({ item, judgements }) => judgements.map((judgement) => ({ item, ...judgement }))),
  )
  const independent = new Map<string, Judgement[]>()
  for (const [item, judgements] of judgementsByItem(said)) {
    const first = new Map<string, Judgement>()
    for (const judgement of judgements) {
      if (!first.has(judgement.annotator)) first.set(judgement.annotator, judgement)
    }
    independent.set(item, [...first.values()])
  }
  return independent
}

/** Judgements by item, each item's by time. */
export function judgementsByItem(judgements: readonly Judgement[]): Map<string, Judgement[]> {
  const groups = new Map<string, Judgement[]>()
  for (const judgement of [...judgements].sort(byTime)) {
    const group = groups.get(judgement.item)
    if (group) group.push(judgement)
    else groups.set(judgement.item, [judgement])
  }
  return groups
}

const byTime = (a: Judgement, b: Judgement): number =>
  a.at === b.at ? (a.annotator < b.annotator ? -1 : 1) : a.at < b.at ? -1 : 1
