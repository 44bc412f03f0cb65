import { retrainSkipped } from '../../events'
import type { Invocation } from '../../shared/door'
import { keys, prefixes } from '../../shared/keys'
import { latestOf } from '../../shared/latest'
import type { Objects } from '../../shared/objects'
import { datasetRecord } from '../../shared/records'
import { standingOf } from './attempts'
import { jobName } from './job'
import { announceAgain, type Attempt, launch, type Outcome, type Ports } from './launch'
import { claimDay, holderOf, isParked } from '../../shared/state/training-jobs'
import { whyNotTrain } from './skip'

export interface StartRequest {
  /** An id, or `latest`. */
  datasetId: string
  /** Train also when a job ran today, or this dataset was trained on before. */
  force: boolean
}

/** Have a model trained on a dataset, at most once for a dataset and a UTC day; or say why not by RetrainSkipped. */
export async function start(
  ports: Ports,
  { datasetId: wanted, force }: StartRequest,
  invocation: Pick<Invocation, 'now' | 'log'>,
): Promise<Outcome> {
  const { stage, objects, table, settings } = ports
  const since = invocation.now.toISOString()
  const day = since.slice(0, 10)
  const skip = async (reason: string, datasetId?: string): Promise<Outcome> => {
    await ports.publish(retrainSkipped, { date: day, reason, ...(datasetId === undefined ? {} : { datasetId }) })
    return { status: 'skipped', reason }
  }

  const datasetId = wanted === 'latest' ? await latestDataset(objects) : wanted
  if (datasetId === undefined) return skip('there is no dataset yet')
  const [dataset, standing] = await Promise.all([
    objects.readJson(keys.dataset({ dataset: datasetId }), datasetRecord),
    standingOf(ports, datasetId, { spot: settings.training.spot, again: force }),
  ])
  const poor = whyNotTrain(dataset, settings, ports.engines)
  if (poor) return skip(poor, datasetId)
  if (standing.state === 'running') return { status: 'running', job: standing.job }
  if (standing.state === 'given-up') return skip(standing.reason, datasetId)
  if (standing.state === 'trained') {
    if (force || (await holderOf(table, day)) === datasetId) return announceAgain(ports, standing.job)
    return skip(`no labels came since dataset ${datasetId} was trained on`, datasetId)
  }

  const { attempt, spot } = standing
  const holder = await claimDay(table, day, datasetId)
  if (!force) {
    if (holder !== undefined && holder !== datasetId)
      return skip(`one training job a day: dataset ${holder} has ${day}`, datasetId)
    const job = jobName(stage, { datasetId, attempt })
    // It waits since the day before, perhaps: a second request would wait beside it, and a day longer.
    if (await isParked(table, job)) return { status: 'parked', job }
  }
  return launch(ports, dataset, { attempt, spot, since }, invocation)
}

/** Go on with an attempt that waited on the queue. */
export async function resume(
  ports: Ports,
  datasetId: string,
  attempt: Attempt,
  invocation: Pick<Invocation, 'now' | 'log'>,
): Promise<Outcome> {
  const dataset = await ports.objects.readJson(keys.dataset({ dataset: datasetId }), datasetRecord)
  return launch(ports, dataset, attempt, invocation)
}

const latestDataset = async (objects: Pick<Objects, 'list'>): Promise<string | undefined> =>
  (await latestOf(objects.list(prefixes.datasets), keys.dataset))?.parts.dataset
