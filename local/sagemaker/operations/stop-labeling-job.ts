import { z } from 'zod'
import { jsonOperation } from '../../protocol/json'
import { arnOf, entityName, invalid, notFound } from '../names'
import type { SageMaker } from '../sagemaker'

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
