import { keys } from '../../../shared/keys'
import type { Objects } from '../../../shared/objects'
import {
  type CardSecondPredictor,
  type DatasetRecord,
  type EvaluationLine,
  qualityRecord,
} from '../../../shared/records'
import {
  agreementIn,
  agreementOfPeople,
  confusedIn,
  type Predictor,
  readOnce,
  readSecondOpinions,
  type SecondOpinions,
  withOpinions,
} from '../../../shared/second-opinions'
import type { Settings } from '../../../shared/settings'
import { sum } from '../../../shared/statistics/numbers'
import { combinationOf, widthRatio } from '../../../shared/statistics/second-predictor'
import { readAll } from './lineage'

/** The language model of the configuration, and the streams that it is asked about. */
export interface Second {
  predictor: Predictor
  settings: Pick<Settings, 'hashtags' | 'sources'>
}

/** The items of the window, and the model's probabilities for each, over its own labels; absent for an unreadable model. */
interface Judged {
  items: readonly EvaluationLine[]
  labels: readonly string[]
  probabilities: readonly (readonly number[])[] | undefined
}

type Bucket = Pick<Objects, 'read' | 'list'>

/**
 * How good the language model is on the window of a card, beside its model: from the stored answers about the days of the
 * window, so the card does not wait for a report.
 */
export async function secondPredictorOn(
  objects: Bucket,
  { predictor, settings }: Second,
  { labels, manifests, schemaVersion }: Pick<DatasetRecord, 'labels' | 'manifests' | 'schemaVersion'>,
  judged: Judged,
): Promise<CardSecondPredictor> {
  const days: SecondOpinions[] = []
  const opinionsOn = readOnce(async (names, date) => {
    const found = await readSecondOpinions(objects, predictor, labels, names, date)
    if (found) days.push(found)
    return found
  })
  const places = labels.map((label) => judged.labels.indexOf(label))
  const given = judged.items.map((line, i) => ({
    ...line,
    label: labels.indexOf(line.label),
    scores: judged.probabilities && places.map((place) => judged.probabilities?.[i]?.[place] ?? 0),
  }))
  const heard = await withOpinions(settings, given, opinionsOn)
  const excluded = new Set(days.flatMap((day) => [...day.excluded]))
  const window = heard.filter(({ item, label }) => label !== -1 && !excluded.has(item))
  const scored = window.flatMap(({ label, opinion, scores }) => (scores ? [{ label, opinion, scores }] : []))
  const combined = combinationOf(scored, labels.length)
  const ratio = combined && widthRatio(scored, combined.window, labels.length)
  const asked = days.flatMap((day) => day.asked ?? [])
  const [messages, usd] = [sum(asked.map((one) => one.asked)), sum(asked.map((one) => one.costUsd))]
  return {
    ...predictor,
    items: window.length,
    answered: window.filter(({ opinion }) => opinion !== undefined).length,
    agreement: agreementIn(window),
    people: await peopleOn(objects, manifests, schemaVersion),
    confused: confusedIn(window, labels),
    widthRatio: ratio === undefined ? null : Number(ratio.toFixed(4)),
    cost: {
      messages,
      usd: Number(usd.toFixed(6)),
      millionUsd: messages === 0 ? null : Number(((usd / messages) * 1e6).toFixed(2)),
    },
  }
}

/** How far two people agree, from the batch that measured it over the most batches of the dataset. */
async function peopleOn(objects: Bucket, manifests: readonly string[], schemaVersion: number) {
  const batches = manifests.flatMap((key) => keys.settledManifest.match(key)?.batch ?? [])
  const qualities = await readAll(
    objects,
    batches.map((batch) => keys.quality({ batch })),
    MEASURED,
  )
  let most: { over: number; errors: Parameters<typeof agreementOfPeople>[0] } | undefined
  for (const { errors, batches: measured, ...quality } of qualities) {
    if (errors && quality.schemaVersion === schemaVersion && measured.length >= (most?.over ?? 0))
      most = { over: measured.length, errors }
  }
  return most ? agreementOfPeople(most.errors) : null
}

const MEASURED = qualityRecord.pick({ schemaVersion: true, batches: true, errors: true })
