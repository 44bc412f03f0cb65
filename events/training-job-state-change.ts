import { z } from 'zod'
import { consumedEvent } from './define'

/** SageMaker's events are best effort: the reconciler asks about what is in flight. */
export const trainingJobStateChange = consumedEvent({
  name: 'SageMaker Training Job State Change',
  source: 'aws.sagemaker',
  meaning: 'A training job changed its state.',
  detail: z.object({ TrainingJobName: z.string(), TrainingJobStatus: z.string() }),
  example: {
    version: '0',
    id: '844e2571-85d4-695f-b930-0153b71dcb42',
    'detail-type': 'SageMaker Training Job State Change',
    source: 'aws.sagemaker',
    account: '111122223333',
    time: '2026-11-22T12:26:13Z',
    region: 'eu-west-1',
    resources: ['arn:aws:sagemaker:eu-west-1:111122223333:training-job/bellwether-dev-3f9c2a7d0b1e-1'],
    detail: {
      TrainingJobName: 'bellwether-dev-3f9c2a7d0b1e-1',
      TrainingJobStatus: 'Completed',
      SecondaryStatus: 'Completed',
    },
  },
})
