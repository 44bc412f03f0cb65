import { jsonOperation } from '../../protocol/json'
import { countersOf, manifestUriOf } from '../labeling-job'
import { jobFilters, pageOf } from '../listing'
import { seconds } from '../names'
import type { SageMaker } from '../sagemaker'

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
