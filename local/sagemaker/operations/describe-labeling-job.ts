import { z } from 'zod'
import { AwsError } from '../../protocol/aws-error'
import { jsonOperation } from '../../protocol/json'
import { describeLabelingJob as describe } from '../labeling-job'
import { arnOf, entityName } from '../names'
import type { SageMaker } from '../sagemaker'

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
