import { jsonOperation } from '../../protocol/json'
import { jobFilters, pageOf } from '../listing'
import { seconds } from '../names'
import type { SageMaker } from '../sagemaker'

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
