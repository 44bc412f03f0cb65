import type { CreateLabelingJobRequest, HumanTaskConfig } from '@aws-sdk/client-sagemaker'
import { BellwetherError } from '../../../../shared/errors'
import { keys } from '../../../../shared/keys'
import { type GroundTruthOptions, LAMBDA_ACCOUNTS } from '../../../../shared/labellers/ground-truth'
import type { StoredPlan } from '../../plan'

/** The key of a line that holds the class index; its metadata is under `label-metadata`. */
export const ATTRIBUTE = 'label'

/** The suffix of the name of the job that asks about disputed items again, and its attribute. */
export const THIRD = '-third'

export interface LabelingJobContext {
  region: string
  stage: string
  bucket: string
  roleArn: string
}

const INSTEAD = 'set labelling.labeller: desk in bellwether.yml to label at the desk of this stack instead'

/** The settings for Ground Truth; LABELLER_REFUSED where it cannot work with them here. */
export function checkGroundTruth(
  { region, stage }: LabelingJobContext,
  groundTruth: GroundTruthOptions | undefined,
): GroundTruthOptions {
  const refuse = (why: string) => new BellwetherError('LABELLER_REFUSED', `${why}; ${INSTEAD}`)
  if (!groundTruth) throw refuse('labelling.groundTruth.workteamArn is missing')
  if (!LAMBDA_ACCOUNTS[region]) {
    throw refuse(`Ground Truth does not classify text in ${region}: only in ${Object.keys(LAMBDA_ACCOUNTS).join(', ')}`)
  }
  const { workteamArn } = groundTruth
  const [, , , teamRegion, , team = ''] = workteamArn.split(':')
  if (team.startsWith('workteam/public-crowd/')) {
    throw refuse(
      `${workteamArn} is the public crowd: posts of people must not be shown to it; name a private or vendor team`,
    )
  }
  if (!/^workteam\/(private|vendor)-crowd\/[^/]+$/.test(team)) {
    throw refuse(`${workteamArn} is not the ARN of a private or vendor work team`)
  }
  if (teamRegion !== region) throw refuse(`the work team ${workteamArn} is not in ${region}, where this stack is`)
  const longest = `bellwether-${stage}-2026-11-22-99${THIRD}`
  if (!/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/.test(longest)) {
    throw refuse(
      `a labelling job cannot be named ${longest}: too long, or not letters, digits and - alone; rename the stage`,
    )
  }
  return groundTruth
}

/** The complete request for the labelling job of a batch. */
export function labelingJobRequest(
  plan: StoredPlan,
  items: number,
  place: LabelingJobContext,
  settings: GroundTruthOptions,
): CreateLabelingJobRequest & { HumanTaskConfig: HumanTaskConfig } {
  const { batch, job } = plan
  const uri = (key: string) => `s3://${place.bucket}/${key}`
  const lambda = (name: string) =>
    `arn:aws:lambda:${place.region}:${LAMBDA_ACCOUNTS[place.region]}:function:${name}-TextMultiClass`
  const waits = Math.ceil((Date.parse(plan.deadline) - Date.parse(plan.claimedAt)) / 1000)
  return {
    LabelingJobName: job,
    LabelAttributeName: ATTRIBUTE,
    InputConfig: { DataSource: { S3DataSource: { ManifestS3Uri: uri(keys.inputManifest({ batch })) } } },
    OutputConfig: { S3OutputPath: uri(jobsFolder(plan)) },
    RoleArn: place.roleArn,
    LabelCategoryConfigS3Uri: uri(keys.categories({ batch })),
    StoppingConditions: { MaxHumanLabeledObjectCount: items },
    HumanTaskConfig: {
      WorkteamArn: settings.workteamArn,
      UiConfig: { UiTemplateS3Uri: uri(keys.instructions({ batch })) },
      PreHumanTaskLambdaArn: lambda('PRE'),
      TaskKeywords: ['text', 'classification', 'posts'],
      TaskTitle: 'Classify short posts',
      TaskDescription: 'Read the post and pick the category that fits best.',
      NumberOfHumanWorkersPerDataObject: Math.max(...plan.items.map(({ judgements }) => judgements)),
      TaskTimeLimitInSeconds: settings.taskTimeLimitSeconds,
      TaskAvailabilityLifetimeInSeconds: Math.max(60, settings.taskTimeLimitSeconds, waits),
      MaxConcurrentTaskCount: 1000,
      AnnotationConsolidationConfig: { AnnotationConsolidationLambdaArn: lambda('ACS') },
    },
    Tags: [
      { Key: 'application', Value: 'bellwether' },
      { Key: 'stage', Value: place.stage },
      { Key: 'batch', Value: batch },
    ],
  }
}

/**
 * The request for the job that asks one more person about each disputed item. It has an attribute of its own: under the
 * attribute of the first job its items would count as labelled.
 */
export function thirdJobRequest(
  plan: StoredPlan,
  items: number,
  place: LabelingJobContext,
  settings: GroundTruthOptions,
  now: Date,
): CreateLabelingJobRequest {
  const first = labelingJobRequest(plan, items, place, settings)
  const waits = Math.ceil((Date.parse(plan.deadline) - now.getTime()) / 1000)
  return {
    ...first,
    LabelingJobName: `${plan.job}${THIRD}`,
    LabelAttributeName: `${ATTRIBUTE}${THIRD}`,
    InputConfig: {
      DataSource: { S3DataSource: { ManifestS3Uri: `s3://${place.bucket}/${keys.thirdManifest(plan)}` } },
    },
    HumanTaskConfig: {
      ...first.HumanTaskConfig,
      NumberOfHumanWorkersPerDataObject: 1,
      TaskAvailabilityLifetimeInSeconds: Math.max(60, settings.taskTimeLimitSeconds, waits),
    },
  }
}

/** `labeling/<batch>/jobs/`, under which Ground Truth writes a folder with the job's name. */
function jobsFolder({ batch, job }: Pick<StoredPlan, 'batch' | 'job'>): string {
  const manifest = keys.jobManifest({ batch, job })
  return manifest.slice(0, manifest.indexOf(`${job}/`))
}

/** `labeling/<batch>/jobs/<job>/annotations/worker-response/`. */
export const responsesFolder = (plan: Pick<StoredPlan, 'batch' | 'job'>, job = plan.job): string =>
  `${jobsFolder(plan)}${job}/annotations/worker-response/`
