import type { DescribeTrainingJobCommandOutput } from '@aws-sdk/client-sagemaker'
import { dollars } from '../../cost'
import { BLAZINGTEXT_REGIONS, blazingTextImage } from '../../image'
import type { Found, Need, Ran, Started, Trainer, TrainerPorts, TrainerSettings, TrainingOrder } from '../trainer'
import { trainingCostUsd } from './price'
import { trainingJobOf } from './training-job'

/** A SageMaker training job of the BlazingText algorithm. */
export const sageMaker: Trainer = {
  name: 'blazingtext',
  connect: (ports) => ({
    start: (order) => start(ports, order),
    find: async (job) => {
      const found = await ports.jobs.describe(job)
      return found && standingOf(found)
    },
  }),
  costAtMost,
  needs,
}

async function start(ports: TrainerPorts, { job, dataset, hyperparameters, spot }: TrainingOrder): Promise<Started> {
  const { stage, region, roleArn, objects, jobs, settings } = ports
  const image = blazingTextImage(region)
  if (!image) {
    const regions = BLAZINGTEXT_REGIONS.join(', ')
    return { state: 'failed', reason: `BlazingText is not offered in the region ${region}; it is in ${regions}` }
  }
  const place = { stage, bucket: objects.bucket, roleArn, image }
  const created = await jobs.create(trainingJobOf(job, dataset, place, settings, hyperparameters, spot))
  if (created.outcome === 'refused') return { state: 'failed', reason: created.message }
  if (created.outcome === 'limited') return { state: 'waiting', reason: created.message }
  return { state: 'running' }
}

function standingOf(job: DescribeTrainingJobCommandOutput): Found {
  const { TrainingJobStatus: status, SecondaryStatus: detail, FailureReason: reason } = job
  if (status === 'InProgress' || status === 'Stopping') return { state: 'running' }
  if (status === 'Completed') return { state: 'trained', ran: ranOf(job) }
  return {
    state: 'failed',
    reason: reason ?? `the job was stopped: ${detail ?? status}`,
    outwaited: job.EnableManagedSpotTraining === true && detail === 'MaxWaitTimeExceeded',
  }
}

/** Only from what SageMaker says of the job, so that a later look at the same job gives the same record. */
function ranOf(job: DescribeTrainingJobCommandOutput): Ran {
  const { TrainingStartTime: began, TrainingEndTime: ended, ResourceConfig: resources } = job
  const trainSeconds = job.TrainingTimeInSeconds ?? (began && ended ? (ended.getTime() - began.getTime()) / 1000 : 0)
  const billableSeconds = job.BillableTimeInSeconds ?? trainSeconds
  const accuracy = job.FinalMetricDataList?.find(({ MetricName }) => MetricName === 'validation:accuracy')?.Value
  return {
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

function costAtMost({ training: { instanceType, spot }, caps: { trainingSeconds } }: TrainerSettings) {
  const usd = trainingCostUsd(instanceType, trainingSeconds)
  if (usd === null) return { usd, how: `${trainingSeconds} s of ${instanceType}, whose price is not known here` }
  const how = `${trainingSeconds} s of ${instanceType} on demand = ${dollars(usd)}`
  return { usd, how: spot ? `${how}; spot usually takes a third of it` : how }
}

function needs({ training: { instanceType, spot } }: TrainerSettings, region: string): Need[] {
  const isOffered = blazingTextImage(region) !== undefined
  const quota = (isSpot: boolean, why: string): Need => {
    const name = `${instanceType} for ${isSpot ? 'spot ' : ''}training job usage`
    const remedy = `Ask for 1 of "${name}" in Service Quotas, Amazon SageMaker, or set training.trainer: lambda meanwhile.`
    return { quota: name, why, remedy }
  }
  return [
    {
      check: 'BlazingText in the region',
      isMet: isOffered,
      found: isOffered ? `there is an image in ${region}` : `no image of BlazingText is known in ${region}`,
      remedy: 'Set training.trainer: lambda, or deploy to another region.',
    },
    ...(spot
      ? [quota(true, 'training.spot is true'), quota(false, 'it is the way out when spot has no capacity')]
      : [quota(false, 'training.spot is false')]),
  ]
}
