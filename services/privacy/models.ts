import { z } from 'zod'
import { readChampion } from '../../shared/champion'
import { keys, prefixes } from '../../shared/keys'
import { type Objects, parseJson } from '../../shared/objects'
import { cardRecord, deletedFromRecord, type DeletedFromRecord, type DeletionRecord } from '../../shared/records'
import { noteDone, noteOpen } from '../../shared/state/open-deletions'
import type { Table } from '../../shared/table'
import { removeAll } from './files/rewrite'
import type { Versions } from './versions'

type Bucket = Pick<Objects, 'read' | 'list' | 'put'>

const ofDataset = z.object({ datasetId: z.string() })
/** The files that a model learns from; a message is in one of them. */
const EXAMPLES = [keys.trainExamples, keys.validationExamples]
const LINES = [keys.train, keys.validation]

/** How many messages each dataset lost of what models learn from. */
export function lostBy(objects: DeletionRecord['objects']): ReadonlyMap<string, number> {
  const lost = new Map<string, number>()
  for (const kinds of [LINES, EXAMPLES]) {
    const counted = new Map<string, number>()
    for (const { key, rows } of objects) {
      const dataset = kinds.flatMap((kind) => kind.match(key)?.dataset ?? [])[0]
      if (dataset !== undefined) counted.set(dataset, (counted.get(dataset) ?? 0) + rows)
    }
    for (const [dataset, rows] of counted) lost.set(dataset, Math.max(rows, lost.get(dataset) ?? 0))
  }
  return lost
}

/** The models that learnt from these datasets, among those whose record is among the keys. */
export async function modelsOf(
  objects: Pick<Objects, 'read'>,
  datasets: ReadonlyMap<string, number>,
  all: Iterable<string>,
): Promise<{ job: string; items: number }[]> {
  if (datasets.size === 0) return []
  const models: { job: string; items: number }[] = []
  for (const key of new Set(all)) {
    const job = keys.training.match(key)?.job
    const stored = job === undefined ? undefined : await objects.read(key)
    if (job === undefined || !stored) continue
    const { datasetId } = parseJson(stored.body.toString('utf8'), ofDataset, key)
    const items = datasets.get(datasetId)
    if (items !== undefined) models.push({ job, items })
  }
  return models
}

/** Record with each model, and on its card, how much of its training data a request has deleted. Idempotent. */
export async function noteModels(
  objects: Bucket,
  request: string,
  models: readonly { job: string; items: number }[],
): Promise<void> {
  for (const { job, items } of models) {
    const key = keys.deletedFrom({ job })
    const before = await readDeleted(objects, job)
    if (before?.requests[request]?.items !== items) {
      const artefact = before?.artefact ?? 'kept'
      await objects.put(key, bytesOf({ job, requests: { ...before?.requests, [request]: { items } }, artefact }))
    }
    await countOnCard(objects, job)
  }
}

async function countOnCard(objects: Bucket, job: string): Promise<void> {
  const key = keys.card({ job })
  const stored = await objects.read(key)
  const deleted = await readDeleted(objects, job)
  if (!stored || !deleted) return
  const card = parseJson(stored.body.toString('utf8'), cardRecord, key)
  const deletedItems = Object.values(deleted.requests).reduce((sum, { items }) => sum + items, 0)
  if (card.deletedItems === deletedItems) return
  await objects.put(key, `${JSON.stringify({ ...card, deletedItems }, null, 2)}\n`)
}

/**
 * Delete the artefacts of models that learnt from deleted posts and are not live. A live one is kept, and noted as open
 * until another model has replaced it. Returns the jobs that are kept.
 */
export async function deleteReplaced(
  objects: Bucket,
  bucket: Pick<Versions, 'list' | 'remove'>,
  table: Pick<Table, 'update'>,
): Promise<string[]> {
  const kept: string[] = []
  const live = (await readChampion(objects))?.champion.job
  for await (const { key } of objects.list(prefixes.models)) {
    const job = keys.deletedFrom.match(key)?.job
    const deleted = job === undefined ? undefined : await readDeleted(objects, job)
    if (job === undefined || deleted?.artefact !== 'kept') continue
    if (job === live) {
      await noteOpen(table, [job])
      kept.push(job)
      continue
    }
    await removeAll(bucket, keys.artefact({ job }))
    await objects.put(key, bytesOf({ ...deleted, artefact: 'deleted' }))
    await noteDone(table, [job])
  }
  return kept
}

async function readDeleted(objects: Pick<Objects, 'read'>, job: string): Promise<DeletedFromRecord | undefined> {
  const key = keys.deletedFrom({ job })
  const stored = await objects.read(key)
  return stored && parseJson(stored.body.toString('utf8'), deletedFromRecord, key)
}

const bytesOf = (record: DeletedFromRecord): string => `${JSON.stringify(record, null, 2)}\n`
