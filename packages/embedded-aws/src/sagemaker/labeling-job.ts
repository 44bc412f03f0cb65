import { z } from 'zod'
import { entityName, roleArn, s3Uri, seconds, tags } from './names'

const keyword = z
  .string()
  .max(30)
  .regex(/^[A-Za-z0-9]+( [A-Za-z0-9]+)*$/)
const text = (most: number) => z.string().min(1).max(most)

/** CreateLabelingJob's request, limited to single-label text classification. */
export const labelingJobRequest = z.strictObject({
  LabelingJobName: entityName,
  LabelAttributeName: z
    .string()
    .regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,126}$/)
    .refine((name) => !/-(metadata|ref)$/.test(name) && name !== 'source', 'must not end in -metadata or -ref'),
  InputConfig: z.strictObject({
    DataSource: z.strictObject({ S3DataSource: z.strictObject({ ManifestS3Uri: s3Uri }) }),
    DataAttributes: z
      .strictObject({
        ContentClassifiers: z.array(z.enum(['FreeOfPersonallyIdentifiableInformation', 'FreeOfAdultContent'])),
      })
      .optional(),
  }),
  OutputConfig: z.strictObject({ S3OutputPath: s3Uri, KmsKeyId: z.string().optional() }),
  RoleArn: roleArn,
  LabelCategoryConfigS3Uri: s3Uri,
  StoppingConditions: z
    .strictObject({
      MaxHumanLabeledObjectCount: z.int().positive().optional(),
      MaxPercentageOfInputDatasetLabeled: z.int().min(1).max(100).optional(),
    })
    .optional(),
  HumanTaskConfig: z.strictObject({
    WorkteamArn: z.string().max(256),
    UiConfig: z.strictObject({ UiTemplateS3Uri: s3Uri }),
    PreHumanTaskLambdaArn: z.string(),
    TaskKeywords: z.array(keyword).min(1).max(5).optional(),
    TaskTitle: text(128),
    TaskDescription: text(255),
    NumberOfHumanWorkersPerDataObject: z.int().min(1).max(9),
    TaskTimeLimitInSeconds: z.int().min(30).max(28_800),
    TaskAvailabilityLifetimeInSeconds: z.int().min(60).max(2_592_000).default(2_592_000),
    MaxConcurrentTaskCount: z.int().min(1).max(1000).default(1000),
    AnnotationConsolidationConfig: z.strictObject({ AnnotationConsolidationLambdaArn: z.string() }),
  }),
  Tags: tags,
})
export type LabelingJobRequest = z.output<typeof labelingJobRequest>

const time = z.number().describe('Milliseconds since the epoch.')

/** The state of an input object: its index, and its label, its failure, or neither yet. */
const settled = z.union([
  z.object({ index: z.int(), label: z.string(), confidence: z.number(), at: time }),
  z.object({ index: z.int(), failure: z.string(), at: time }),
])
export type SettledObject = z.infer<typeof settled>

/** A labelling job as stored. */
export const labelingJob = z.object({
  request: labelingJobRequest,
  arn: z.string(),
  status: z.enum(['Initializing', 'InProgress', 'Completed', 'Failed', 'Stopping', 'Stopped']),
  created: time,
  modified: time,
  objects: z.int(),
  settled: z.array(settled),
  failureReason: z.string().optional(),
})
export type LabelingJob = z.infer<typeof labelingJob>

export const manifestUriOf = ({ request: { OutputConfig, LabelingJobName } }: Pick<LabelingJob, 'request'>): string =>
  `${folderOf(OutputConfig.S3OutputPath, LabelingJobName)}/manifests/output/output.manifest`

export const folderOf = (output: string, name: string): string => `${output.replace(/\/$/, '')}/${name}`

/** How many objects are labelled, failed and open. */
export function countersOf({ objects, settled: list }: Pick<LabelingJob, 'objects' | 'settled'>) {
  const labelled = list.filter((one) => 'label' in one).length
  const failed = list.length - labelled
  return {
    TotalLabeled: labelled,
    HumanLabeled: labelled,
    MachineLabeled: 0,
    FailedNonRetryableError: failed,
    Unlabeled: objects - labelled - failed,
  }
}

/** The answer of DescribeLabelingJob. */
export function labelingJobDescription(job: LabelingJob) {
  const { arn, status, failureReason, request } = job
  const ended = status === 'Completed' || status === 'Stopped'
  return {
    ...request,
    LabelingJobArn: arn,
    LabelingJobStatus: status,
    LabelCounters: countersOf(job),
    CreationTime: seconds(job.created),
    LastModifiedTime: seconds(job.modified),
    JobReferenceCode: referenceOf(arn),
    FailureReason: failureReason,
    ...(ended
      ? { LabelingJobOutput: { OutputDatasetS3Uri: manifestUriOf(job), FinalActiveLearningModelArn: '' } }
      : {}),
  }
}

const referenceOf = (arn: string): string => Buffer.from(arn).toString('hex').slice(-10)
