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
        key: 'raw/stream=x/hashtag=aws/date=2026-11-21/run=20261121t000000z-20261122t000000z/run.json',
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
