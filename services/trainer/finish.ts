import type { DescribeTrainingJobCommandOutput } from '@aws-sdk/client-sagemaker'
import type { Invocation } from '../../shared/door'
import { keys } from '../../shared/keys'
import { datasetRecord, type TrainingRecord } from '../../shared/records'
import { outwaited } from './attempts'
import { type Job, parseJobName } from './job'
import { announce, announceAgain, fail, launch, type Outcome, type Ports } from './launch'
import { noteEnd, underWay } from '../../shared/state/training-jobs'
import { trainingCostUsd } from './price'
import { resume } from './start'
import { tuningOf } from './tuning'

/**
 * Do what the end of a job asks for: `training.json` and ModelTrained, TrainingFailed, or another attempt. The event is
 * only a hint; what the job did is asked of SageMaker, so that a late, repeated or invented event does no harm.
 */
export async function finish(
  ports: Ports,
  name: string,
  invocation: Pick<Invocation, 'now' | 'log'>,
): Promise<Outcome> {
  const { stage, objects, jobs, table } = ports
  const job = parseJobName(stage, name)
  if (!job) return { status: 'ignored' }
  const { datasetId, attempt } = job

  const [kept, described] = await Promise.all([objects.exists(keys.training({ job: name })), jobs.describe(name)])
  if (kept) return announceAgain(ports, name)
  if (!described) return startNoted(ports, name, job, invocation)

  const { TrainingJobStatus: status, SecondaryStatus: detail, FailureReason: reason } = described
  if (status === 'InProgress' || status === 'Stopping') return { status: 'running', job: name }
  if (status === 'Completed') {
    const record = recordOf(name, job, described)
    const dataset = await objects.readJson(keys.dataset({ dataset: datasetId }), datasetRecord)
    const tuning = await tuningOf(objects, dataset, record.hyperparameters)
    await announce(ports, { ...record, tuning })
    return { status: 'trained', job: name }
  }
  if (outwaited(described)) {
    const dataset = await objects.readJson(keys.dataset({ dataset: datasetId }), datasetRecord)
    const onDemand = { attempt: attempt + 1, spot: false, since: invocation.now.toISOString() }
    const next = await launch(ports, dataset, onDemand, invocation)
    await noteEnd(table, name)
    return next
  }
  return fail(ports, name, datasetId, reason ?? `the job was stopped: ${detail ?? status}`)
}

/** The attempt was noted, and then whoever wanted to start it ended: what was decided then is done now. */
async function startNoted(
  ports: Ports,
  name: string,
  { datasetId, attempt }: Job,
  invocation: Pick<Invocation, 'now' | 'log'>,
): Promise<Outcome> {
  const noted = await underWay(ports.table, name)
  if (!noted) return { status: 'ignored' }
  const spot = ports.settings.training.spot && !noted.onDemand
  const since = invocation.now.toISOString()
  return resume(ports, datasetId, { attempt, spot, since }, invocation)
}

/** What ran, from what SageMaker says of it alone: asked again, it is the same. */
function recordOf(
  name: string,
  { datasetId }: Job,
  job: DescribeTrainingJobCommandOutput,
): Omit<TrainingRecord, 'tuning'> {
  const { TrainingStartTime: began, TrainingEndTime: ended, ResourceConfig: resources } = job
  const trainSeconds = job.TrainingTimeInSeconds ?? (began && ended ? (ended.getTime() - began.getTime()) / 1000 : 0)
  const billableSeconds = job.BillableTimeInSeconds ?? trainSeconds
  const accuracy = job.FinalMetricDataList?.find(({ MetricName }) => MetricName === 'validation:accuracy')?.Value
  return {
    job: name,
    datasetId,
    trainer: 'blazingtext',
    hyperparameters: Object.fromEntries(Object.entries(job.HyperParameters ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))),
    artefact: job.ModelArtifacts?.S3ModelArtifacts ?? '',
    trainSeconds,
    billableSeconds,
    spot: job.EnableManagedSpotTraining ?? false,
    instanceType: resources?.InstanceType ?? null,
    costUsd: trainingCostUsd(resources?.InstanceType, billableSeconds),
    validationAccuracy: accuracy ?? null,
  }
}
