import {
  CreateBucketCommand,
  DeleteObjectCommand,
  type Event,
  GetBucketNotificationConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  type QueueConfiguration,
  S3Client,
} from '@aws-sdk/client-s3'
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, expect } from '@jest/globals'
import { clientOf, type CloudUnderTest } from './cloud'
import { type Fact, refusalOf, unique } from './fact'
import { queueArn, takeBodies } from './queue'

/** Notifications of a bucket to a queue; a function gets the same records. */
export function testNotifications(cloud: () => CloudUnderTest, fact: Fact): void {
  let s3: S3Client
  let sqs: SQSClient

  beforeAll(() => {
    s3 = new S3Client(clientOf(cloud()))
    sqs = new SQSClient(clientOf(cloud()))
  })
  afterAll(() => {
    s3.destroy()
    sqs.destroy()
  })

  /** A bucket, and a queue that admits `SourceArn`. */
  const make = async (SourceArn?: string) => {
    const Bucket = unique('contract-sends')
    await s3.send(new CreateBucketCommand({ Bucket }))
    const statement = {
      Effect: 'Allow',
      Principal: { Service: 's3.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: '*',
      Condition: { ArnLike: { 'aws:SourceArn': SourceArn ?? `arn:aws:s3:::${Bucket}` } },
    }
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
    const created = new CreateQueueCommand({ QueueName: unique('contract-notified'), Attributes: { Policy } })
    const { QueueUrl = '' } = await sqs.send(created)
    return { Bucket, QueueUrl, QueueArn: await queueArn(sqs, QueueUrl) }
  }
  const configure = (Bucket: string, ...QueueConfigurations: QueueConfiguration[]) =>
    s3.send(
      new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration: { QueueConfigurations } }),
    )
  const put = (Bucket: string, Key: string) => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'hello' }))
  const Events: Event[] = ['s3:ObjectCreated:*']
  const filter = (prefix: string, suffix: string) => ({
    Key: {
      FilterRules: [
        { Name: 'prefix' as const, Value: prefix },
        { Name: 'suffix' as const, Value: suffix },
      ],
    },
  })
  /** Receives messages until none arrives for a second. */
  const received = async (QueueUrl: string): Promise<unknown[]> => {
    const bodies = await takeBodies(sqs, QueueUrl)
    return bodies.length === 0 ? [] : [...bodies, ...(await received(QueueUrl))]
  }

  fact('sends notifications to a queue, after a test message', async () => {
    const { Bucket, QueueUrl, QueueArn } = await make()
    await configure(Bucket, { Id: 'all', QueueArn, Events })
    expect(await received(QueueUrl)).toMatchObject([{ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket }])
    await put(Bucket, 'a')

    expect(await received(QueueUrl)).toMatchObject([
      {
        Records: [
          {
            eventVersion: expect.stringMatching(/^2\.\d$/),
            eventSource: 'aws:s3',
            awsRegion: 'eu-west-1',
            eventName: 'ObjectCreated:Put',
            s3: {
              s3SchemaVersion: '1.0',
              configurationId: 'all',
              bucket: { name: Bucket, arn: `arn:aws:s3:::${Bucket}` },
              object: { key: 'a', size: 5, eTag: '5d41402abc4b2a76b9719d911017c592' },
            },
          },
        ],
      },
    ])
  })

  fact('encodes keys in notifications like form fields', async () => {
    const { Bucket, QueueUrl, QueueArn } = await make()
    await configure(Bucket, { QueueArn, Events })
    await received(QueueUrl)
    await put(Bucket, 'day=1/a b+ü.csv')

    expect(await received(QueueUrl)).toMatchObject([
      { Records: [{ s3: { object: { key: expect.stringMatching(/^day%3D1(\/|%2F)a\+b%2B%C3%BC\.csv$/) } } }] },
    ])
  })

  fact('notifies only of the configured keys and events', async () => {
    const { Bucket, QueueUrl, QueueArn } = await make()
    await configure(Bucket, { QueueArn, Events, Filter: filter('raw-', '.csv') })
    await received(QueueUrl)
    for (const key of ['raw-a.json', 'other-a.csv', 'raw-a.csv']) await put(Bucket, key)
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'raw-a.csv' }))

    expect(await received(QueueUrl)).toMatchObject([{ Records: [{ s3: { object: { key: 'raw-a.csv' } } }] }])
  })

  fact('returns the notification configuration as it was written', async () => {
    const { Bucket, QueueArn } = await make()
    const entry = { Id: 'csv', QueueArn, Events, Filter: filter('raw/', '.csv') }
    await configure(Bucket, entry)
    const { QueueConfigurations } = await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }))

    const rules = QueueConfigurations?.[0]?.Filter?.Key?.FilterRules?.map(({ Name, Value }) => [
      Name?.toLowerCase(),
      Value,
    ])
    expect(QueueConfigurations).toMatchObject([{ Id: 'csv', QueueArn, Events }])
    expect(rules).toEqual([
      ['prefix', 'raw/'],
      ['suffix', '.csv'],
    ])
  })

  fact('refuses to notify a queue that does not admit the bucket', async () => {
    const { Bucket, QueueArn } = await make('arn:aws:s3:::another')
    expect(await refusalOf(configure(Bucket, { QueueArn, Events }))).toEqual({ name: 'InvalidArgument', status: 400 })
  })

  fact('refuses overlapping prefixes and suffixes', async () => {
    const { Bucket, QueueArn } = await make()
    const overlapping = [
      { Id: 'all', QueueArn, Events },
      { Id: 'raw', QueueArn, Events, Filter: filter('raw/', '.csv') },
    ]
    expect(await refusalOf(configure(Bucket, ...overlapping))).toEqual({ name: 'InvalidArgument', status: 400 })
  })
}
