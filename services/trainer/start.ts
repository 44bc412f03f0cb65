import { retrainSkipped } from '../../events'
import type { Invocation } from '../../shared/door'
import { keys } from '../../shared/keys'
import { latestDataset } from '../../shared/latest'
import { entrantsOf } from '../../shared/engines'
import { type DatasetRecord, datasetRecord } from '../../shared/records'
import { zip } from '../../shared/zip'
import { attemptsSoFar } from './attempts'
import { jobName } from './job'
import {
  announceAgain,
  type Attempt,
  type EngineOutcome,
  fail,
  launch,
  type TrainingOutcome,
  type LaunchPorts,
} from './launch'
import { claimDay, holderOf, isParked } from '../../shared/state/training-jobs'
import { dayOf } from '../../shared/utc-day'
import { correlated } from '../../shared/watch/correlation'
import { nameOf, trainedFor } from './engine-for'
import { objectionOf, whyNotTrain } from './skip'

export interface StartRequest {
  /** An id, or `latest`. */
  datasetId: string
  /** Train also when a job ran today, or when this dataset was already trained on. */
  force: boolean
}

/** A dataset waits this long for others that arrive together with it. */
const WAIT_SECONDS = 30

/**
 * Train a model of each engine on a dataset, at most once for a dataset and a UTC day; or publish the reason with
 * RetrainSkipped.
 */
export async function start(
  ports: LaunchPorts,
  { datasetId: wanted, force }: StartRequest,
  invocation: Pick<Invocation, 'now' | 'log'>,
): Promise<TrainingOutcome> {
  const { objects, settings } = ports
  const since = invocation.now.toISOString()
  const day = since.slice(0, 10)
  const skip = async (reason: string, datasetId?: string): Promise<TrainingOutcome> => {
    await ports.publish(retrainSkipped, { date: day, reason, ...(datasetId === undefined ? {} : { datasetId }) })
    return { status: 'skipped', reason }
  }

  const datasetId = wanted === 'latest' ? (await latestDataset(objects))?.datasetId : wanted
  if (datasetId === undefined) return skip('there is no dataset yet: settle a batch or import labels first')
  const dataset = await objects.readJson(keys.dataset({ dataset: datasetId }), datasetRecord)
  correlated(dataset)
  const poor = whyNotTrain(dataset, settings)
  if (poor) return skip(poor, datasetId)

  const entrants = takingPart(dataset, ports)
  const steps = await Promise.all(entrants.map((entrant) => nextStep(ports, dataset, { entrant, force, since })))
  if (steps.every((step) => 'skip' in step))
    return skip([...new Set(steps.map((step) => ('skip' in step ? step.skip : '')))].join('; '), datasetId)
  return eachOf(
    zip(entrants, steps).map(([entrant, step]) => ({
      entrant,
      run: () => take(ports, dataset, entrant, step, invocation),
    })),
    invocation.log,
  )
}

/** The decision for one engine; all engines are decided before any job is started. */
type Step =
  { skip: string; isObjection: boolean } | { outcome: EngineOutcome } | { announce: string } | { attempt: Attempt }

async function nextStep(
  ports: LaunchPorts,
  dataset: DatasetRecord,
  { entrant, force, since }: { entrant: string | undefined; force: boolean; since: string },
): Promise<Step> {
  const { stage, table, settings, engines } = ports
  const { datasetId } = dataset
  const day = since.slice(0, 10)
  const skip = (reason: string, isObjection = false): Step => ({ skip: reason, isObjection })

  const objection = objectionOf(dataset, settings.training, engines, entrant)
  if (objection !== undefined) return skip(objection, true)
  const standing = await attemptsSoFar(ports, { datasetId, entrant }, { spot: settings.training.spot, again: force })
  if (standing.state === 'running') return { outcome: { status: 'running', job: standing.job } }
  if (standing.state === 'given-up') return skip(standing.reason)
  if (standing.state === 'trained') {
    if (force || (await holderOf(table, day)) === datasetId) return { announce: standing.job }
    return skip(`no labels came since dataset ${datasetId} was trained on`)
  }

  const { attempt, spot } = standing
  const holder = await claimDay(table, day, datasetId)
  if (!force) {
    if (holder !== undefined && holder !== datasetId)
      return skip(`one training job a day: dataset ${holder} has ${day}`)
    const job = jobName(stage, { datasetId, attempt, entrant })
    // It may be waiting since the day before: a second request would wait beside it, and a day longer.
    if (await isParked(table, job)) return { outcome: { status: 'parked', job } }
  }
  return { attempt: { attempt, spot, since, ...(entrant === undefined ? {} : { entrant }) } }
}

async function take(
  ports: LaunchPorts,
  dataset: DatasetRecord,
  entrant: string | undefined,
  step: Step,
  invocation: Pick<Invocation, 'now' | 'log'>,
): Promise<EngineOutcome> {
  const { datasetId } = dataset
  if ('outcome' in step) return step.outcome
  if ('announce' in step) return announceAgain(ports, step.announce)
  if ('attempt' in step) return launch(ports, dataset, step.attempt, invocation)
  // The other engines are still trained: an event says that this one has no model, and why.
  if (step.isObjection) {
    const job = jobName(ports.stage, { datasetId, attempt: 1, entrant })
    const engine = trainedFor(dataset, ports.settings.training, ports.engines, entrant)
    return fail(
      ports,
      { job, datasetId, entrant, engine: engine ?? nameOf(ports.settings.training, entrant) },
      step.skip,
    )
  }
  return { status: 'skipped', reason: step.skip }
}

/**
 * The engines of the configuration, the first without its name. An engine is left out where its substitute takes part
 * itself.
 */
function takingPart(dataset: DatasetRecord, { settings: { training }, engines }: LaunchPorts): (string | undefined)[] {
  const names = entrantsOf(training)
  const parts = names.map((name, i) => ({ name, entrant: i === 0 ? undefined : name }))
  return parts
    .filter(({ name, entrant }) => {
      const trained = trainedFor(dataset, training, engines, entrant)
      return trained === undefined || trained === name || !names.includes(trained)
    })
    .map(({ entrant }) => entrant)
}

/** One engine after the other. An error of one is thrown after the others had their turn, so that Lambda retries it. */
async function eachOf(
  runs: readonly { entrant: string | undefined; run: () => Promise<EngineOutcome> }[],
  log: Pick<Invocation['log'], 'error'>,
): Promise<TrainingOutcome> {
  const outcomes: { entrant: string | undefined; outcome: EngineOutcome }[] = []
  const errors: unknown[] = []
  for (const { entrant, run } of runs) {
    try {
      outcomes.push({ entrant, outcome: await run() })
    } catch (error) {
      errors.push(error)
      if (runs.length > 1)
        log.error('one engine could not be trained', { engine: entrant ?? 'the first', error: String(error) })
    }
  }
  if (errors.length > 0) throw errors[0]
  const [first, ...others] = outcomes
  // oxlint-disable-next-line typescript/no-non-null-assertion -- there is at least one run, and none of them threw
  const { outcome } = first!
  if (others.length === 0) return outcome
  return { ...outcome, others: Object.fromEntries(others.map(({ entrant, outcome: other }) => [entrant ?? '', other])) }
}

/**
 * A dataset has arrived: train on the latest one half a minute later. There is one training job a day, and datasets of
 * batches that are settled together arrive together; the first need not be the largest.
 */
export async function startSoon(
  ports: LaunchPorts,
  datasetId: string,
  invocation: Pick<Invocation, 'now' | 'log'>,
): Promise<TrainingOutcome> {
  const holder = await holderOf(ports.table, dayOf(invocation.now))
  // A day that is taken is no reason to wait: this publishes why the dataset is not trained on today.
  if (holder !== undefined) return start(ports, { datasetId, force: false }, invocation)
  await ports.enqueue({ datasetId: 'latest' }, WAIT_SECONDS)
  return { status: 'put-off', datasetId }
}

/** Resume an attempt that waited on the queue. */
export async function resume(
  ports: LaunchPorts,
  datasetId: string,
  attempt: Attempt,
  invocation: Pick<Invocation, 'now' | 'log'>,
): Promise<TrainingOutcome> {
  const dataset = correlated(await ports.objects.readJson(keys.dataset({ dataset: datasetId }), datasetRecord))
  return launch(ports, dataset, attempt, invocation)
}
