import { keys } from '../../shared/keys'
import type { Objects } from '../../shared/objects'
import type { Table } from '../../shared/table'
import { jobName } from './job'
import type { TrainingJobs } from './jobs'
import { underWay } from '../../shared/state/training-jobs'

/** Attempts of one dataset that may fail before it is given up; a wait for spot capacity in vain is not one. */
const MOST_FAILURES = 3

/** Where training on a dataset stands. */
export type Standing =
  | { state: 'open'; attempt: number; spot: boolean }
  | { state: 'running'; job: string }
  | { state: 'trained'; job: string }
  | { state: 'given-up'; reason: string }

interface Ports {
  stage: string
  jobs: Pick<TrainingJobs, 'describe'>
  objects: Pick<Objects, 'exists'>
  table: Pick<Table, 'get'>
}

/**
 * Look at the attempts so far. With `again` what was trained or given up before is open for one attempt more; but a model
 * that nobody was told of yet is what was asked for.
 */
export async function standingOf(
  { stage, jobs, objects, table }: Ports,
  datasetId: string,
  { spot: wanted, again }: { spot: boolean; again: boolean },
): Promise<Standing> {
  let spot = wanted
  let failures = 0
  for (let attempt = 1; ; attempt++) {
    const job = jobName(stage, { datasetId, attempt })
    const [kept, found] = await Promise.all([objects.exists(keys.training({ job })), jobs.describe(job)])
    if (kept) {
      if (!again || (await underWay(table, job))) return { state: 'trained', job }
      continue
    }
    if (!found) return { state: 'open', attempt, spot }
    const { TrainingJobStatus: status, SecondaryStatus: detail, FailureReason: reason } = found
    if (status === 'InProgress' || status === 'Stopping') return { state: 'running', job }
    if (status === 'Completed' && !again) return { state: 'trained', job }
    if (outwaited(found)) spot = false
    else if (status !== 'Completed') failures += 1
    if (failures >= MOST_FAILURES && !again) {
      return { state: 'given-up', reason: `${failures} attempts failed, the last with ${reason ?? detail ?? status}` }
    }
  }
}

/** Did the job end because no spot capacity came in time? */
export const outwaited = (job: { EnableManagedSpotTraining?: boolean; SecondaryStatus?: string }): boolean =>
  job.EnableManagedSpotTraining === true && job.SecondaryStatus === 'MaxWaitTimeExceeded'
