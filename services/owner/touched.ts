import { concurrently } from '../../shared/concurrently'
import { keys, prefixes } from '../../shared/keys'
import { findJson, type Objects } from '../../shared/objects'
import { cardRecord, championRecord, reportIndexRecord } from '../../shared/records'
import { streamNameOf } from '../../shared/streams'
import type { Touched } from './shown'

/** Models and reports that a label of this batch has affected so far. */
export async function touchedBy(objects: Pick<Objects, 'list' | 'read'>, batch: string): Promise<Touched> {
  const manifest = keys.settledManifest({ batch })
  const cards: string[] = []
  for await (const { key } of objects.list(prefixes.models)) if (keys.card.match(key)) cards.push(key)
  const read = await concurrently(cards, 16, (key) => findJson(objects, key, cardRecord.pick(CARD)))
  const live = (await findJson(objects, keys.champion({}), championRecord.pick({ job: true })))?.job
  const models = read
    .flatMap((card) => (card?.dataset.manifests.includes(manifest) ? [card] : []))
    .map(({ job, verdict }) => ({ job, verdict, live: job === live }))
    .sort((a, b) => (a.job < b.job ? 1 : -1))

  const jobs = new Set(models.map(({ job }) => job))
  const index = await findJson(objects, keys.reportIndex({}), reportIndexRecord)
  const reports = (index?.days ?? []).flatMap(({ date, labels, model, ...name }) => {
    const through = labels.batches.includes(batch) ? 'label' : model !== null && jobs.has(model) ? 'model' : undefined
    return through ? [{ ...streamNameOf(name), date, through } as const] : []
  })
  return { models, reports: [...reports].sort((a, b) => (a.date < b.date ? 1 : -1)) }
}

const CARD = { job: true, verdict: true, dataset: true } as const
