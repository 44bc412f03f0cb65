import { byBatch } from '../../../shared/batches'
import { concurrently } from '../../../shared/concurrently'
import { keys, prefixes } from '../../../shared/keys'
import type { Objects } from '../../../shared/objects'
import { type JudgementsRecord, judgementsRecord, type Purpose } from '../../../shared/records'
import type { Answers, Judgement } from '../labellers/labeller'
import type { StoredPlan } from '../plan'

/** Everything that was said in a batch, by item and time: a function of the answers alone, in any order of theirs. */
export function judgementsOf(plan: StoredPlan, answers: Answers): JudgementsRecord {
  const byItem = inOrder(answers.judgements)
  return {
    batch: plan.batch,
    date: plan.date,
    schemaVersion: plan.schemaVersion,
    items: [...plan.items]
      .sort((a, b) => (a.item < b.item ? -1 : 1))
      .map(({ item, purpose }) => ({
        item,
        purpose,
        judgements: (byItem.get(item) ?? []).map(({ annotator, said, at }) => ({ annotator, said, at })),
      })),
  }
}

/** What was said in all batches of a schema version that are settled, or in these of them; by batch. */
export async function readJudgements(
  objects: Pick<Objects, 'list' | 'readJson'>,
  schemaVersion: number,
  only?: readonly string[],
): Promise<JudgementsRecord[]> {
  const names: string[] = []
  for await (const { key } of objects.list(prefixes.labeled)) {
    const batch = keys.judgements.match(key)?.batch
    if (batch !== undefined && (only?.includes(batch) ?? true)) names.push(batch)
  }
  const records = await concurrently(names.sort(byBatch), 16, (batch) =>
    objects.readJson(keys.judgements({ batch }), judgementsRecord),
  )
  return records.filter((record) => record.schemaVersion === schemaVersion)
}

/** Was it asked to be weighed with what else was said of the item for its label? */
export const isForLabel = (purpose: Purpose): boolean => purpose === 'label' || purpose === 'confirm'

/**
 * What was said of each item for its label, over batches: one judgement of an annotator, the first, by time. Who says
 * something of the same item again is not independent of what they said before.
 */
export function independentJudgements(records: readonly JudgementsRecord[]): Map<string, Judgement[]> {
  const said = records.flatMap(({ items }) =>
    items
      .filter(({ purpose }) => isForLabel(purpose))
      .flatMap(({ item, judgements }) => judgements.map((judgement) => ({ item, ...judgement }))),
  )
  const independent = new Map<string, Judgement[]>()
  for (const [item, judgements] of inOrder(said)) {
    const first = new Map<string, Judgement>()
    for (const judgement of judgements) {
      if (!first.has(judgement.annotator)) first.set(judgement.annotator, judgement)
    }
    independent.set(item, [...first.values()])
  }
  return independent
}

/** Judgements by item, those of an item by time. */
export function inOrder(judgements: readonly Judgement[]): Map<string, Judgement[]> {
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
