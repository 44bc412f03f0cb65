import { keys } from '../../shared/keys'
import type { Objects } from '../../shared/objects'
import type { Table } from '../../shared/table'
import type { ConnectedTrainer } from './trainers'
import type { AttemptState } from './trainers/trainer'
import { type JobName, jobName } from './job'
import { trainerOf, underWay } from '../../shared/state/training-jobs'

/**
 * Attempts of one dataset that may fail before it is given up. An attempt that found no spot capacity does not count.
 */
const MOST_FAILURES = 3

/** The state of the training of an engine on a dataset. */
export type Standing =
  | { state: 'open'; attempt: number; spot: boolean }
  | { state: 'running'; job: string }
  | { state: 'trained'; job: string }
  | { state: 'given-up'; reason: string }

interface Ports {
  stage: string
  trainers: readonly ConnectedTrainer[]
  settings: { training: { trainer: string } }
  objects: Pick<Objects, 'exists'>
  table: Pick<Table, 'get'>
}

/**
 * Look at the attempts of an engine so far. With `again`, a dataset that was trained or given up gets one more attempt.
 * Exception: a model that was not published yet is published first.
 */
export async function attemptsSoFar(
  ports: Ports,
  { datasetId, entrant }: Omit<JobName, 'attempt'>,
  { spot: wanted, again }: { spot: boolean; again: boolean },
): Promise<Standing> {
  const { stage, objects, table } = ports
  let spot = wanted
  let failures = 0
  for (let attempt = 1; ; attempt++) {
    const job = jobName(stage, { datasetId, attempt, entrant })
    const [kept, found] = await Promise.all([objects.exists(keys.training({ job })), findAttempt(ports, job)])
    if (kept) {
      if (!again || (await underWay(table, job))) return { state: 'trained', job }
      continue
    }
    if (!found) return { state: 'open', attempt, spot }
    if (found.state === 'running') return { state: 'running', job }
    if (found.state === 'trained') {
      if (!again) return { state: 'trained', job }
      continue
    }
    if (found.outwaited) spot = false
    else failures += 1
    if (failures >= MOST_FAILURES && !again) {
      return { state: 'given-up', reason: `${failures} attempts failed, the last with ${found.reason}` }
    }
  }
}

/** The state of an attempt, from the trainer that ran it: the configuration may name another one by now. */
export async function findAttempt(
  { trainers, settings, table }: Pick<Ports, 'trainers' | 'settings' | 'table'>,
  job: string,
): Promise<AttemptState | undefined> {
  const given = (await trainerOf(table, job)) ?? settings.training.trainer
  return trainers.find(({ name }) => name === given)?.training.find(job)
}
