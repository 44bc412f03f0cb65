import { calibrated } from '../../../shared/answers'
import type { Classifier } from '../../../shared/engines/classifier'
import { keys } from '../../../shared/keys'
import { type Objects, parseJson } from '../../../shared/objects'
import { type DatasetRecord, type EvaluationLine, type LiveRecord, liveRecord } from '../../../shared/records'
import { calibrationError } from '../../../shared/statistics/temperature'
import { measureModel } from './measure'

/** A champion, from its card. */
export interface Live {
  job: string
  latestDate: string
  temperature: number
  model: Classifier
}

/**
 * How good a champion is on labels that were given after those it was chosen by. Its score at the gate is optimistic:
 * it is the best of many on one window.
 */
export async function liveOf(
  { job, latestDate, temperature, model }: Live,
  evaluation: readonly EvaluationLine[],
  { datasetId, labels, latestDate: through }: Pick<DatasetRecord, 'datasetId' | 'labels' | 'latestDate'>,
): Promise<LiveRecord> {
  const later = evaluation.filter(({ labelled }) => labelled > latestDate)
  const { scores, forecasts } = await measureModel(model, later, labels)
  const shown = forecasts.map((one) => ({ probabilities: calibrated(one, temperature), truth: one.truth }))
  const ece = shown.length > 0 ? calibrationError(shown) : null
  return { job, after: latestDate, through, datasetId, scores, ece }
}

/** Write it, unless the object already has one of later labels. */
export async function keepLive(objects: Pick<Objects, 'read' | 'swap'>, live: LiveRecord): Promise<void> {
  const key = keys.live({ job: live.job })
  const body = `${JSON.stringify(live, null, 2)}\n`
  for (;;) {
    const stored = await objects.read(key)
    const text = stored?.body.toString('utf8')
    if (text === body) return
    if (text !== undefined && isLater(parseJson(text, liveRecord, key), live)) return
    if (await objects.swap(key, body, stored?.etag)) return
  }
}

const isLater = (one: LiveRecord, other: LiveRecord): boolean =>
  one.through === other.through ? one.scores.items > other.scores.items : one.through > other.through
