import { z } from 'zod'
import { entityName, roleArn, s3Uri, seconds, tags } from './names'

const channel = z.strictObject({
  ChannelName: z.string().regex(/^[A-Za-z0-9.\-_]{1,64}$/),
  ContentType: z.string().max(256).optional(),
  CompressionType: z.enum(['None', 'Gzip']).default('None'),
  RecordWrapperType: z.enum(['None', 'RecordIO']).default('None'),
  InputMode: z.enum(['Pipe', 'File', 'FastFile']).optional(),
  DataSource: z.strictObject({
    S3DataSource: z.strictObject({
      S3DataType: z.enum(['ManifestFile', 'S3Prefix', 'AugmentedManifestFile']),
      S3Uri: s3Uri,
      S3DataDistributionType: z.enum(['FullyReplicated', 'ShardedByS3Key']).default('FullyReplicated'),
      AttributeNames: z.array(z.string()).optional(),
    }),
  }),
})

/** CreateTrainingJob's request, limited to BlazingText jobs. */
export const trainingJobRequest = z.strictObject({
  TrainingJobName: entityName,
  RoleArn: roleArn,
  AlgorithmSpecification: z.strictObject({
    TrainingImage: z.string(),
    TrainingInputMode: z.enum(['Pipe', 'File', 'FastFile']),
    EnableSageMakerMetricsTimeSeries: z.boolean().optional(),
  }),
  HyperParameters: z
    .record(z.string().max(256), z.string().max(2500))
    .refine((values) => Object.keys(values).length <= 100, 'at most 100 hyperparameters')
    .default({}),
  InputDataConfig: z.array(channel).min(1).max(20),
  OutputDataConfig: z.strictObject({ S3OutputPath: s3Uri, KmsKeyId: z.string().default('') }),
  ResourceConfig: z.strictObject({
    InstanceType: z.string().regex(/^ml\./),
    InstanceCount: z.int().positive(),
    VolumeSizeInGB: z.int().positive(),
    VolumeKmsKeyId: z.string().default(''),
  }),
  StoppingCondition: z.strictObject({
    MaxRuntimeInSeconds: z
      .int()
      .min(1)
      .max(28 * 86_400)
      .default(86_400),
    MaxWaitTimeInSeconds: z.int().positive().optional(),
  }),
  EnableManagedSpotTraining: z.boolean().default(false),
  ProfilerConfig: z.strictObject({ DisableProfiler: z.boolean() }).optional(),
  EnableNetworkIsolation: z.boolean().default(false),
  EnableInterContainerTrafficEncryption: z.boolean().default(false),
  Tags: tags,
})
export type TrainingJobRequest = z.output<typeof trainingJobRequest>

const time = z.number().describe('Milliseconds since the epoch.')

/** A training job as stored. */
export const trainingJob = z.object({
  request: trainingJobRequest,
  arn: z.string(),
  status: z.enum(['InProgress', 'Completed', 'Failed', 'Stopping', 'Stopped']),
  secondaryStatus: z.string(),
  transitions: z.array(z.object({ status: z.string(), message: z.string(), start: time, end: time.optional() })),
  created: time,
  modified: time,
  trainingStarted: time.optional(),
  trainingEnded: time.optional(),
  billableSeconds: z.number().optional(),
  artefact: z.string().optional(),
  accuracy: z.number().optional(),
  failureReason: z.string().optional(),
})
export type TrainingJob = z.infer<typeof trainingJob>

export const MESSAGES: Record<string, string> = {
  Starting: 'Preparing the instances for training',
  Downloading: 'Downloading the training image',
  Training: 'Training image download completed. Training in progress.',
  Uploading: 'Uploading generated training model',
  Completed: 'Training job completed',
  Failed: 'Training job failed',
  Stopping: 'Stopping the training job',
  Stopped: 'Training job stopped',
  MaxRuntimeExceeded: 'Training job runtime exceeded MaxRuntimeInSeconds',
  MaxWaitTimeExceeded: 'Training job wait time exceeded MaxWaitTimeInSeconds',
}

/** The job in its next state. */
export function movedTo(job: TrainingJob, secondaryStatus: string, now: number): TrainingJob {
  const before = job.transitions.map((transition) => (transition.end ? transition : { ...transition, end: now }))
  return {
    ...job,
    secondaryStatus,
    modified: now,
    transitions: [...before, { status: secondaryStatus, message: MESSAGES[secondaryStatus] ?? '', start: now }],
  }
}

/** The answer of DescribeTrainingJob. */
export function trainingJobDescription(job: TrainingJob) {
  const { Tags: _, ...request } = job.request
  const ended = job.trainingEnded ?? job.modified
  return {
    ...request,
    TrainingJobArn: job.arn,
    TrainingJobStatus: job.status,
    SecondaryStatus: job.secondaryStatus,
    SecondaryStatusTransitions: job.transitions.map(({ status, message, start, end }) => ({
      Status: status,
      StatusMessage: message,
      StartTime: seconds(start),
      EndTime: seconds(end),
    })),
    CreationTime: seconds(job.created),
    LastModifiedTime: seconds(job.modified),
    TrainingStartTime: seconds(job.trainingStarted),
    TrainingEndTime: seconds(job.trainingEnded),
    FailureReason: job.failureReason,
    ...(job.artefact === undefined ? {} : { ModelArtifacts: { S3ModelArtifacts: job.artefact } }),
    ...(job.trainingStarted === undefined || job.trainingEnded === undefined
      ? {}
      : {
          TrainingTimeInSeconds: Math.ceil((job.trainingEnded - job.trainingStarted) / 1000),
          BillableTimeInSeconds: job.billableSeconds,
        }),
    ...(job.accuracy === undefined
      ? {}
      : {
          FinalMetricDataList: [{ MetricName: 'validation:accuracy', Value: job.accuracy, Timestamp: seconds(ended) }],
        }),
  }
}

/** The `detail` of the state-change event: times in milliseconds, as strings. */
export function trainingEventDetail(job: TrainingJob) {
  const { Tags, EnableManagedSpotTraining: _, ProfilerConfig: __, ...request } = job.request
  const text = (ms: number | undefined) => (ms === undefined ? undefined : String(Math.round(ms)))
  return {
    ...request,
    VpcConfig: {},
    TrainingJobArn: job.arn,
    TrainingJobStatus: job.status,
    SecondaryStatus: job.secondaryStatus,
    FailureReason: job.failureReason,
    CreationTime: text(job.created),
    TrainingStartTime: text(job.trainingStarted),
    TrainingEndTime: text(job.trainingEnded),
    LastModifiedTime: text(job.modified),
    SecondaryStatusTransitions: job.transitions.map(({ status, message, start, end }) => ({
      Status: status,
      StatusMessage: message,
      StartTime: text(start),
      EndTime: text(end),
    })),
    Tags: Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value])),
  }
}
