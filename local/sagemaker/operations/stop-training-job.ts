import { z } from 'zod'
import { jsonOperation } from '../../protocol/json'
import { arnOf, entityName, invalid, notFound } from '../names'
import type { SageMaker } from '../sagemaker'

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
