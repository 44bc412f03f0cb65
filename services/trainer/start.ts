import { retrainSkipped } from '../../events'
import type { Invocation } from '../../shared/door'
import { keys } from '../../shared/keys'
import { latestDataset } from '../../shared/latest'
import { datasetRecord } from '../../shared/records'
import { standingOf } from './attempts'
import { jobName } from './job'
import { announceAgain, type Attempt, launch, type Outcome, type Ports } from './launch'
import { claimDay, holderOf, isParked } from '../../shared/state/training-jobs'
import { dayOf } from '../../shared/utc-day'
import { correlated } from '../../shared/watch/correlation'
import { whyNotTrain } from './skip'

export interface StartRequest {
  /** An id, or `latest`. */
  datasetId: string
  /** Train also when a job ran today, or this dataset was trained on before. */
  force: boolean
}

/** A dataset waits so long for others that arrive together with it. */
const WAIT_SECONDS = 30

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

  const datasetId = wanted === 'latest' ? (await latestDataset(objects))?.datasetId : wanted
  if (datasetId === undefined) return skip('there is no dataset yet')
  const [dataset, standing] = await Promise.all([
    objects.readJson(keys.dataset({ dataset: datasetId }), datasetRecord),
    standingOf(ports, datasetId, { spot: settings.training.spot, again: force }),
  ])
  correlated(dataset)
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

/**
 * A dataset is there: have the latest one trained on half a minute later. The day has one training job, and datasets of batches that
 * are settled together arrive together: the first need not be the fullest.
 */
export async function startSoon(
  ports: Ports,
  datasetId: string,
  invocation: Pick<Invocation, 'now' | 'log'>,
): Promise<Outcome> {
  const holder = await holderOf(ports.table, dayOf(invocation.now))
  // Nothing is put off for a day that is taken: this says why the dataset is not trained on today.
  if (holder !== undefined) return start(ports, { datasetId, force: false }, invocation)
  await ports.enqueue({ datasetId: 'latest' }, WAIT_SECONDS)
  return { status: 'put-off', datasetId }
}

/** Go on with an attempt that waited on the queue. */
export async function resume(
  ports: Ports,
  datasetId: string,
  attempt: Attempt,
  invocation: Pick<Invocation, 'now' | 'log'>,
): Promise<Outcome> {
  const dataset = correlated(await ports.objects.readJson(keys.dataset({ dataset: datasetId }), datasetRecord))
  return launch(ports, dataset, attempt, invocation)
}
