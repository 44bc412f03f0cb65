import { z } from 'zod'
import { AwsError, notImplemented } from '../../protocol/aws-error'
import { jsonOperation } from '../../protocol/json'
import { jobFilters, pageOf } from '../listing'
import { arnOf, entityName, invalid, notFound, seconds } from '../names'
import { checkRole } from '../pass-role'
import type { SageMaker } from '../sagemaker'
import {
  trainingJobDescription as describe,
  MESSAGES,
  trainingJobRequest,
  type TrainingJobRequest,
} from '../training-job'

const SPOT_SECONDS = 3600

export const createTrainingJob = ({ site, trainingJobs, training }: SageMaker) =>
  jsonOperation({
    input: trainingJobRequest,
    access: ({ TrainingJobName: name, ResourceConfig: { InstanceType }, Tags }) => {
      const resource = arnOf(site, 'training-job', name.toLowerCase())
      const create = {
        action: 'sagemaker:CreateTrainingJob',
        resource,
        conditions: { 'sagemaker:InstanceTypes': [InstanceType] },
      }
      return Tags.length > 0 ? [create, { action: 'sagemaker:AddTags', resource }] : [create]
    },
    run: (request, { principal }) => {
      const { TrainingJobName: name, RoleArn } = request
      checkRole(site, principal, RoleArn)
      checkImage(request)
      checkStopping(request)
      const existing = trainingJobs.get(name)
      if (existing) {
        throw new AwsError(
          400,
          'ResourceInUse',
          `Training job names must be unique within an AWS account and region, and a training job with this name already exists (${existing.arn})`,
        )
      }
      const limit = site.mishaps.limits.shift()
      if (limit) throw new AwsError(400, 'ResourceLimitExceeded', limit)

      const now = site.clock.now()
      const arn = arnOf(site, 'training-job', name.toLowerCase())
      const begun = { status: 'Starting', message: MESSAGES.Starting ?? '', start: now }
      training.begin({
        request,
        arn,
        status: 'InProgress',
        secondaryStatus: 'Starting',
        transitions: [begun],
        created: now,
        modified: now,
      })
      return { TrainingJobArn: arn }
    },
  })

export const describeTrainingJob = ({ site, trainingJobs }: SageMaker) =>
  jsonOperation({
    input: z.strictObject({ TrainingJobName: entityName }),
    access: ({ TrainingJobName: name }) => [
      { action: 'sagemaker:DescribeTrainingJob', resource: arnOf(site, 'training-job', name.toLowerCase()) },
    ],
    run: ({ TrainingJobName: name }) => {
      const job = trainingJobs.get(name)
      if (!job) throw notFound(`training job ${name}`)
      return describe(job)
    },
  })

export const listTrainingJobs = ({ trainingJobs }: SageMaker) =>
  jsonOperation({
    input: jobFilters,
    access: () => [{ action: 'sagemaker:ListTrainingJobs', resource: '*' }],
    run: (filters) => {
      const jobs = trainingJobs.all().map((job) => ({ ...job, name: job.request.TrainingJobName }))
      const { page, ...more } = pageOf(jobs, filters)
      return {
        TrainingJobSummaries: page.map((job) => ({
          TrainingJobName: job.name,
          TrainingJobArn: job.arn,
          CreationTime: seconds(job.created),
          TrainingEndTime: seconds(job.trainingEnded),
          LastModifiedTime: seconds(job.modified),
          TrainingJobStatus: job.status,
          SecondaryStatus: job.secondaryStatus,
        })),
        ...more,
      }
    },
  })

export const stopTrainingJob = ({ site, trainingJobs, training }: SageMaker) =>
  jsonOperation({
    input: z.strictObject({ TrainingJobName: entityName }),
    access: ({ TrainingJobName: name }) => [
      { action: 'sagemaker:StopTrainingJob', resource: arnOf(site, 'training-job', name.toLowerCase()) },
    ],
    run: ({ TrainingJobName: name }) => {
      const job = trainingJobs.get(name)
      if (!job) throw notFound(`training job ${name}`)
      if (job.status !== 'InProgress' && job.status !== 'Stopping') {
        throw invalid(`The request was rejected because the training job is in status ${job.status}.`)
      }
      training.stop(name)
      return {}
    },
  })

function checkImage({ AlgorithmSpecification: { TrainingImage: image, TrainingInputMode: mode } }: TrainingJobRequest) {
  if (!/^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.[a-z.]+\/blazingtext(:\w+)?$/.test(image)) {
    throw notImplemented(`training image but BlazingText: ${image}`)
  }
  if (mode !== 'File') throw notImplemented(`TrainingInputMode ${mode}`)
}

function checkStopping({ EnableManagedSpotTraining: spot, StoppingCondition }: TrainingJobRequest): void {
  const { MaxRuntimeInSeconds: runtime, MaxWaitTimeInSeconds: wait } = StoppingCondition
  if (!spot) {
    if (wait === undefined) return
    throw invalid('Invalid MaxWaitTimeInSeconds. It is only supported when EnableManagedSpotTraining is set to true')
  }
  if (wait === undefined) throw invalid('Missing MaxWaitTimeInSeconds. It is required for managed spot training')
  if (wait < runtime)
    throw invalid(`Invalid MaxWaitTimeInSeconds. It must be at least MaxRuntimeInSeconds (${runtime})`)
  if (wait > SPOT_SECONDS) {
    throw invalid(`MaxWaitTimeInSeconds must be at most ${SPOT_SECONDS} for built-in algorithms without checkpoints`)
  }
}
