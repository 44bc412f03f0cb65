import type { DescribeTrainingJobCommandOutput } from '@aws-sdk/client-sagemaker'
import { fastText } from '../../../../shared/engines/fasttext'
import { BLAZINGTEXT_REGIONS, blazingTextImage } from '../../../../shared/image'
import { sageMakerTerms } from '../../../../shared/trainers/sagemaker'
import type { AttemptState, Ran, OrderOutcome, Trainer, TrainerPorts, TrainingOrder } from '../trainer'
import { trainingCostUsd } from '../../../../shared/trainers/sagemaker-price'
import { trainingJobOf } from './training-job'

/** A SageMaker training job of the BlazingText algorithm. */
export const sageMaker: Trainer = {
  ...sageMakerTerms,
  connect: (ports) => ({
    start: (order) => start(ports, order),
    find: async (job) => {
      const found = await ports.jobs.describe(job)
      return found && standingOf(found)
    },
  }),
}

async function start(
  ports: TrainerPorts,
  { job, dataset, hyperparameters, spot }: TrainingOrder,
): Promise<OrderOutcome> {
  const { stage, region, roleArn, objects, jobs, settings } = ports
  const image = blazingTextImage(region)
  if (!image) {
    const regions = BLAZINGTEXT_REGIONS.join(', ')
    return {
      state: 'failed',
      reason: `BlazingText is not offered in the region ${region}; deploy to one of ${regions}, or set training.trainer: lambda`,
    }
  }
  const place = { stage, bucket: objects.bucket, roleArn, image }
  const created = await jobs.create(trainingJobOf(job, dataset, place, settings, hyperparameters, spot))
  if (created.outcome === 'refused') return { state: 'failed', reason: created.message }
  if (created.outcome === 'limited') return { state: 'waiting', reason: created.message }
  return { state: 'running' }
}

function standingOf(job: DescribeTrainingJobCommandOutput): AttemptState {
  const { TrainingJobStatus: status, SecondaryStatus: detail, FailureReason: reason } = job
  if (status === 'InProgress' || status === 'Stopping') return { state: 'running' }
  if (status === 'Completed') return { state: 'trained', ran: ranOf(job) }
  return {
    state: 'failed',
    reason: reason ?? `the job was stopped: ${detail ?? status}`,
    outwaited: job.EnableManagedSpotTraining === true && detail === 'MaxWaitTimeExceeded',
  }
}

/** Derived only from SageMaker's description of the job, so that every look at the job gives the same record. */
function ranOf(job: DescribeTrainingJobCommandOutput): Ran {
  const { TrainingStartTime: began, TrainingEndTime: ended, ResourceConfig: resources } = job
  const trainSeconds = job.TrainingTimeInSeconds ?? (began && ended ? (ended.getTime() - began.getTime()) / 1000 : 0)
  const billableSeconds = job.BillableTimeInSeconds ?? trainSeconds
  const accuracy = job.FinalMetricDataList?.find(({ MetricName }) => MetricName === 'validation:accuracy')?.Value
  return {
    engine: fastText.name,
    // BlazingText does not report the seed of its weights.
    seed: null,
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
