import type { Invocation } from '../../shared/door'
import { keys } from '../../shared/keys'
import { datasetRecord } from '../../shared/records'
import { findAttempt } from './attempts'
import { nameOf } from './engine-for'
import { type JobName, parseJobName } from './job'
import {
  announceTraining,
  announceAgain,
  fail,
  launch,
  type TrainingOutcome,
  type LaunchPorts,
  trainingRecordOf,
} from './launch'
import { engineOf, noteEnd, trainerOf, underWay } from '../../shared/state/training-jobs'
import { correlated } from '../../shared/watch/correlation'
import { resume } from './start'

/**
 * Handle the end of a job: `training.json` and ModelTrained, TrainingFailed, or another attempt. The event is only a
 * hint. The trainer is asked for the job's state, so that a late, repeated or forged event does no harm.
 */
export async function finish(
  ports: LaunchPorts,
  name: string,
  invocation: Pick<Invocation, 'now' | 'log'>,
): Promise<TrainingOutcome> {
  const { stage, objects, table, settings } = ports
  const job = parseJobName(stage, name)
  if (!job) return { status: 'ignored' }
  const { datasetId, attempt, entrant } = job

  const [kept, found] = await Promise.all([objects.exists(keys.training({ job: name })), findAttempt(ports, name)])
  if (kept) return announceAgain(ports, name)
  if (!found) return startNoted(ports, name, job, invocation)
  if (found.state === 'running') return { status: 'running', job: name }
  if (found.state === 'failed' && !found.outwaited) {
    const engine = (await engineOf(table, name)) ?? nameOf(settings.training, entrant)
    return fail(ports, { job: name, datasetId, entrant, engine }, found.reason)
  }

  const dataset = correlated(await objects.readJson(keys.dataset({ dataset: datasetId }), datasetRecord))
  if (found.state === 'trained') {
    const trainer = (await trainerOf(table, name)) ?? settings.training.trainer
    await announceTraining(ports, await trainingRecordOf(objects, name, dataset, trainer, found.ran, invocation.now))
    return { status: 'trained', job: name }
  }
  const withoutWaiting = { attempt: attempt + 1, spot: false, since: invocation.now.toISOString(), entrant }
  const next = await launch(ports, dataset, withoutWaiting, invocation)
  await noteEnd(table, name)
  return next
}

/** The attempt was noted, but the invocation that was to start it crashed: start it now. */
async function startNoted(
  ports: LaunchPorts,
  name: string,
  { datasetId, attempt, entrant }: JobName,
  invocation: Pick<Invocation, 'now' | 'log'>,
): Promise<TrainingOutcome> {
  const noted = await underWay(ports.table, name)
  if (!noted) return { status: 'ignored' }
  const spot = ports.settings.training.spot && !noted.onDemand
  const since = noted.since ?? invocation.now.toISOString()
  return resume(ports, datasetId, { attempt, spot, since, entrant }, invocation)
}
