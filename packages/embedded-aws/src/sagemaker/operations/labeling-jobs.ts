import { z } from 'zod'
import { AwsError } from '../../protocol/aws-error'
import { jsonOperation } from '../../protocol/json'
import { PRE_AND_POST_ACCOUNTS } from '../ground-truth-regions'
import {
  countersOf,
  labelingJobDescription as describe,
  labelingJobRequest,
  type LabelingJobRequest,
  manifestUriOf,
} from '../labeling-job'
import { jobFilters, pageOf } from '../listing'
import { arnOf, entityName, invalid, notFound, seconds } from '../names'
import { checkRole } from '../pass-role'
import type { SageMaker } from '../sagemaker'

export const createLabelingJob = (sageMaker: SageMaker) => {
  const { site, labelingJobs, labeling } = sageMaker
  return jsonOperation({
    input: labelingJobRequest,
    access: ({ LabelingJobName: name, HumanTaskConfig: { WorkteamArn }, Tags }) => {
      const resource = arnOf(site, 'labeling-job', name.toLowerCase())
      const team = { 'sagemaker:WorkteamArn': WorkteamArn, 'sagemaker:WorkteamType': workteamType(WorkteamArn) }
      const create = { action: 'sagemaker:CreateLabelingJob', resource, conditions: team }
      return Tags.length > 0 ? [create, { action: 'sagemaker:AddTags', resource }] : [create]
    },
    run: (request, { principal }) => {
      const { LabelingJobName: name, RoleArn } = request
      checkRole(site, principal, RoleArn)
      checkFunctions(request, site.region)
      checkWorkteam(request, sageMaker)
      if (labelingJobs.get(name)) {
        throw new AwsError(400, 'ResourceInUse', `A labeling job with the name ${name} already exists`)
      }
      const limit = site.mishaps.limits.shift()
      if (limit) throw new AwsError(400, 'ResourceLimitExceeded', limit)

      const now = site.clock.now()
      const arn = arnOf(site, 'labeling-job', name.toLowerCase())
      labelingJobs.put(name, {
        request,
        arn,
        status: 'Initializing',
        created: now,
        modified: now,
        objects: 0,
        settled: [],
      })
      labeling.run(name)
      return { LabelingJobArn: arn }
    },
  })
}

export const describeLabelingJob = ({ site, labelingJobs }: SageMaker) =>
  jsonOperation({
    input: z.strictObject({ LabelingJobName: entityName }),
    access: ({ LabelingJobName: name }) => [
      { action: 'sagemaker:DescribeLabelingJob', resource: arnOf(site, 'labeling-job', name.toLowerCase()) },
    ],
    run: ({ LabelingJobName: name }) => {
      const job = labelingJobs.get(name)
      if (!job) throw new AwsError(400, 'ResourceNotFound', `There is no labeling job ${name}`)
      return describe(job)
    },
  })

export const listLabelingJobs = ({ labelingJobs }: SageMaker) =>
  jsonOperation({
    input: jobFilters,
    access: () => [{ action: 'sagemaker:ListLabelingJobs', resource: '*' }],
    run: (filters) => {
      const jobs = labelingJobs.all().map((job) => ({ ...job, name: job.request.LabelingJobName }))
      const { page, ...more } = pageOf(jobs, filters)
      return {
        LabelingJobSummaryList: page.map((job) => ({
          LabelingJobName: job.name,
          LabelingJobArn: job.arn,
          CreationTime: seconds(job.created),
          LastModifiedTime: seconds(job.modified),
          LabelingJobStatus: job.status,
          LabelCounters: countersOf(job),
          WorkteamArn: job.request.HumanTaskConfig.WorkteamArn,
          PreHumanTaskLambdaArn: job.request.HumanTaskConfig.PreHumanTaskLambdaArn,
          FailureReason: job.failureReason,
          LabelingJobOutput: { OutputDatasetS3Uri: manifestUriOf(job) },
          InputConfig: job.request.InputConfig,
        })),
        ...more,
      }
    },
  })

export const stopLabelingJob = ({ site, labelingJobs, labeling }: SageMaker) =>
  jsonOperation({
    input: z.strictObject({ LabelingJobName: entityName }),
    access: ({ LabelingJobName: name }) => [
      { action: 'sagemaker:StopLabelingJob', resource: arnOf(site, 'labeling-job', name.toLowerCase()) },
    ],
    run: ({ LabelingJobName: name }) => {
      const job = labelingJobs.get(name)
      if (!job) throw notFound(`labeling job ${name}`)
      if (['Completed', 'Failed', 'Stopped'].includes(job.status)) {
        throw invalid(`The request was rejected because the labeling job is in status ${job.status}.`)
      }
      labeling.stop(name)
      return {}
    },
  })

const workteamType = (arn: string): string =>
  /:workteam\/(private|vendor|public)-crowd\//.exec(arn)?.[1]?.concat('-crowd') ?? ''

function checkFunctions({ HumanTaskConfig }: LabelingJobRequest, region: string): void {
  const account = PRE_AND_POST_ACCOUNTS[region]
  if (!account) throw invalid(`Text classification is not offered in ${region}`)
  const arn = (name: string) => `arn:aws:lambda:${region}:${account}:function:${name}-TextMultiClass`
  const { PreHumanTaskLambdaArn: pre, AnnotationConsolidationConfig } = HumanTaskConfig
  const post = AnnotationConsolidationConfig.AnnotationConsolidationLambdaArn
  if (pre !== arn('PRE')) throw invalid(`PreHumanTaskLambdaArn: found ${pre}, expected ${arn('PRE')}`)
  if (post !== arn('ACS')) throw invalid(`AnnotationConsolidationLambdaArn: found ${post}, expected ${arn('ACS')}`)
}

function checkWorkteam(request: LabelingJobRequest, { workteams }: SageMaker): void {
  const { InputConfig, HumanTaskConfig } = request
  const { WorkteamArn: arn } = HumanTaskConfig
  if (workteams.some((team) => team.arn === arn)) return
  const free = InputConfig.DataAttributes?.ContentClassifiers.includes('FreeOfPersonallyIdentifiableInformation')
  if (workteamType(arn) === 'public-crowd' && !free) {
    throw invalid('The public workforce takes only data declared free of personally identifiable information')
  }
  throw invalid(`The work team ${arn} does not exist; there are ${workteams.map((team) => team.arn).join(', ')}`)
}
