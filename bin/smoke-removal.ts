import { DeleteTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb'
import {
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListBucketsCommand,
  ListObjectVersionsCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import {
  DeleteModelPackageCommand,
  DeleteModelPackageGroupCommand,
  paginateListModelPackages,
  paginateListTrainingJobs,
  type SageMakerClient,
  StopTrainingJobCommand,
} from '@aws-sdk/client-sagemaker'
import { isNamed } from '../shared/errors'

export interface Removal {
  stage: string
  region: string
  s3: Pick<S3Client, 'send'>
  table: Pick<DynamoDBClient, 'send'>
  sagemaker: SageMakerClient
  /** Remove the stack; false if there is none. */
  removeStack(): Promise<boolean>
  say(text: string): void
}

/** Something that could not be removed, and why. */
export interface Left {
  what: string
  why: string
}

/**
 * Remove everything that a stage of smoke left in the account, even if parts of it are gone; returns what could not be
 * removed. The bucket goes after the stack, because functions write into it as long as they run.
 */
export async function removeStage(removal: Removal): Promise<Left[]> {
  const { stage } = removal
  const steps: [string, (removal: Removal) => Promise<string[]>][] = [
    [`training jobs of ${stage}`, stopJobs],
    [
      `stack bellwether-${stage}`,
      async ({ removeStack }) => ((await removeStack()) ? [`stack bellwether-${stage}`] : []),
    ],
    [`bucket bellwether-${stage}-*`, removeBuckets],
    [`table bellwether-${stage}`, removeTable],
    [`model package group bellwether-${stage}`, removeModels],
  ]
  const left: Left[] = []
  for (const [what, remove] of steps) {
    try {
      for (const gone of await remove(removal)) removal.say(`removed ${gone}`)
    } catch (error) {
      left.push({ what, why: error instanceof Error ? `${error.name}: ${error.message}` : String(error) })
    }
  }
  return left
}

/** A running job would write its model into a bucket that is being emptied, and cost money. */
async function stopJobs({ sagemaker, stage }: Removal): Promise<string[]> {
  const pages = paginateListTrainingJobs(
    { client: sagemaker },
    { NameContains: `bellwether-${stage}-`, StatusEquals: 'InProgress' },
  )
  const stopped: string[] = []
  for await (const { TrainingJobSummaries = [] } of pages) {
    for (const { TrainingJobName } of TrainingJobSummaries) {
      await sagemaker.send(new StopTrainingJobCommand({ TrainingJobName }))
      stopped.push(`training job ${TrainingJobName}`)
    }
  }
  return stopped
}

/** By its name in stack/bucket.yml, because the functions that know it may be removed already. */
async function removeBuckets({ s3, stage, region }: Removal): Promise<string[]> {
  const prefix = `bellwether-${stage}-`
  const { Buckets = [] } = await s3.send(new ListBucketsCommand({ Prefix: prefix }))
  const ours = Buckets.flatMap(({ Name = '' }) =>
    Name.startsWith(prefix) && new RegExp(`^\\d{12}-${region}$`).test(Name.slice(prefix.length)) ? Name : [],
  )
  for (const bucket of ours) {
    await empty(s3, bucket)
    await s3.send(new DeleteBucketCommand({ Bucket: bucket }))
  }
  return ours.map((bucket) => `bucket ${bucket}`)
}

/** Every version of every object, so that the bucket can be removed. */
async function empty(s3: Removal['s3'], bucket: string): Promise<void> {
  for (;;) {
    const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket }))
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }))
    if (Objects.length === 0) return
    const { Errors = [] } = await s3.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }),
    )
    const [refused] = Errors
    if (refused) throw new Error(`${bucket}/${refused.Key}: ${refused.Code}: ${refused.Message}`)
  }
}

async function removeTable({ table, stage }: Removal): Promise<string[]> {
  try {
    await table.send(new DeleteTableCommand({ TableName: `bellwether-${stage}` }))
    return [`table bellwether-${stage}`]
  } catch (error) {
    if (isNamed(error, 'ResourceNotFoundException')) return []
    throw error
  }
}

/** The evaluator makes the group when it registers a model; the stack does not know it. */
async function removeModels({ sagemaker, stage }: Removal): Promise<string[]> {
  const ModelPackageGroupName = `bellwether-${stage}`
  try {
    const versions: (string | undefined)[] = []
    const pages = paginateListModelPackages({ client: sagemaker }, { ModelPackageGroupName })
    for await (const { ModelPackageSummaryList = [] } of pages)
      versions.push(...ModelPackageSummaryList.map(({ ModelPackageArn }) => ModelPackageArn))
    for (const ModelPackageName of versions) await sagemaker.send(new DeleteModelPackageCommand({ ModelPackageName }))
    await sagemaker.send(new DeleteModelPackageGroupCommand({ ModelPackageGroupName }))
    return [`model package group ${ModelPackageGroupName}`]
  } catch (error) {
    // The registry answers a missing group with a ValidationException.
    const missing = isNamed(error, 'ValidationException') && /does not exist|not found/i.test(String(error))
    if (missing || isNamed(error, 'ResourceNotFound')) return []
    throw error
  }
}
