import { z } from 'zod'
import { consumedEvent } from './define'

/** `detail` holds the status alone; the job's name is in `resources`. */
export const labelingJobStateChange = consumedEvent({
  name: 'SageMaker Ground Truth Labeling Job State Change',
  source: 'aws.sagemaker',
  meaning: 'A Ground Truth labelling job completed, failed or was stopped.',
  detail: z.object({ LabelingJobStatus: z.string() }),
  example: {
    version: '0',
    id: '111e1111-11d1-111f-b111-1111b11dcb11',
    'detail-type': 'SageMaker Ground Truth Labeling Job State Change',
    source: 'aws.sagemaker',
    account: '111122223333',
    time: '2026-11-22T12:26:13Z',
    region: 'eu-west-1',
    resources: ['arn:aws:sagemaker:eu-west-1:111122223333:labeling-job/bellwether-dev-2026-11-22'],
    detail: { LabelingJobStatus: 'Completed' },
  },
})
