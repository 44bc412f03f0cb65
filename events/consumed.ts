import { z } from 'zod'
import { consumedEvent } from './define'

/** S3 put an object; delivered at least once, in no order. */
export const objectCreated = consumedEvent({
  name: 'Object Created',
  source: 'aws.s3',
  meaning: 'An object was put into the bucket.',
  detail: z.object({
    bucket: z.object({ name: z.string() }),
    object: z.object({ key: z.string(), 'version-id': z.string().optional(), sequencer: z.string().optional() }),
  }),
  example: {
    version: '0',
    id: '17793124-05d4-b198-2fde-7ededc63b103',
    'detail-type': 'Object Created',
    source: 'aws.s3',
    account: '111122223333',
    time: '2026-11-22T00:00:00Z',
    region: 'eu-west-1',
    resources: ['arn:aws:s3:::bellwether-dev-111122223333-eu-west-1'],
    detail: {
      version: '0',
      bucket: { name: 'bellwether-dev-111122223333-eu-west-1' },
      object: {
        key: 'raw/hashtag=aws/date=2026-11-21/run=20261121t000000z-20261122t000000z/run.json',
        size: 1024,
        etag: 'b1946ac92492d2347c6235b4d2611184',
        'version-id': 'IYV3p45BT0ac8hjHg1houSdS1a.Mro8e',
        sequencer: '617f08299329d189',
      },
      'request-id': 'N4N7GDK58NMKJ12R',
      requester: '111122223333',
      'source-ip-address': '192.0.2.1',
      reason: 'PutObject',
    },
  },
})

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
