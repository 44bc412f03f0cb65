import { z } from 'zod'
import { jsonOperation } from '../../protocol/json'
import { arnOf, entityName, notFound } from '../names'
import type { SageMaker } from '../sagemaker'
import { describeTrainingJob as describe } from '../training-job'

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
