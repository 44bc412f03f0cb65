import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { describe, expect, it } from '@jest/globals'
import { eventsIn, useCloud } from './running-cloud'
import { clientOf } from './serve'
import { allow, arn, fn, permission, queue, queuePolicy, recording } from './template'

const { start, cloud, file, bodies } = useCloud()

const Bucket = 'uploads'
const SOURCE = { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:s3:::${Bucket}`]] }

/** The resources that osls generates from `events: - s3: uploads`. */
const bucket = (NotificationConfiguration: object, more: object = { DependsOn: ['Permission'] }) => ({
  Type: 'AWS::S3::Bucket',
  Properties: { BucketName: Bucket, NotificationConfiguration },
  ...more,
})
const toFunction = (Event = 's3:ObjectCreated:*', more: object = {}) => ({
  LambdaConfigurations: [{ Event, Function: arn('Fn'), ...more }],
})
const rules = (...pairs: (readonly [string, string])[]) => ({
  Filter: { S3Key: { Rules: pairs.map(([Name, Value]) => ({ Name, Value })) } },
})
const stack = (configuration: object, Permission: object = permission('Fn', 's3.amazonaws.com', SOURCE)) => ({
  Fn: fn(recording(file())),
  Permission,
  Bucket: bucket(configuration),
})

const send = async (...commands: { input: object }[]) => {
  const client = new S3Client(clientOf(cloud()))
  for (const command of commands) await client.send(command as PutObjectCommand)
  client.destroy()
  await cloud().idle()
}
const put = (...keys: string[]) => send(...keys.map((Key) => new PutObjectCommand({ Bucket, Key, Body: 'hello' })))
const seen = () => eventsIn(file()).flatMap(({ Records }) => Records)
const keysSeen = () => seen().map(({ s3 }) => s3.object.key)

describe('a function that a bucket notifies', () => {
  it('gets the documented record of each put, with its key encoded', async () => {
    await start(stack(toFunction()))
    await put('raw/a b+ü.csv')

    expect(eventsIn(file())).toEqual([
      {
        Records: [
          {
            eventVersion: expect.stringMatching(/^2\.\d$/),
            eventSource: 'aws:s3',
            awsRegion: 'eu-west-1',
            eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]+\.\d{3}Z$/),
            eventName: 'ObjectCreated:Put',
            userIdentity: { principalId: expect.any(String) },
            requestParameters: { sourceIPAddress: '127.0.0.1' },
            responseElements: { 'x-amz-request-id': expect.any(String), 'x-amz-id-2': expect.any(String) },
            s3: {
              s3SchemaVersion: '1.0',
              configurationId: expect.any(String),
              bucket: {
                name: Bucket,
                ownerIdentity: { principalId: expect.any(String) },
                arn: `arn:aws:s3:::${Bucket}`,
              },
              object: {
                key: 'raw/a+b%2B%C3%BC.csv',
                size: 5,
                eTag: '5d41402abc4b2a76b9719d911017c592',
                sequencer: expect.stringMatching(/^[0-9a-f]+$/),
              },
            },
          },
        ],
      },
    ])
  })

  it('gets only keys that match its filter', async () => {
    await start(stack(toFunction('s3:ObjectCreated:*', rules(['prefix', 'raw/'], ['suffix', '.csv']))))
    await put('raw/a.csv', 'raw/a.json', 'labeled/a.csv')

    expect(keysSeen()).toEqual(['raw/a.csv'])
  })

  it('gets copies, multipart uploads, tags and deletes under their event names', async () => {
    const all = ['ObjectCreated', 'ObjectTagging', 'ObjectRemoved']
    const LambdaConfigurations = all.map((kind) => ({ Event: `s3:${kind}:*`, Function: arn('Fn') }))
    await start(stack({ LambdaConfigurations }))
    const Tagging = { TagSet: [{ Key: 'a', Value: 'b' }] }
    await put('a')
    await send(new CopyObjectCommand({ Bucket, Key: 'b', CopySource: `${Bucket}/a` }))
    await send(new PutObjectTaggingCommand({ Bucket, Key: 'a', Tagging }))
    await send(new DeleteObjectCommand({ Bucket, Key: 'a' }))
    const client = new S3Client(clientOf(cloud()))
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'c' }))
    const part = { Bucket, Key: 'c', UploadId, PartNumber: 1 }
    const { ETag } = await client.send(new UploadPartCommand({ ...part, Body: 'x' }))
    client.destroy()
    await send(new CompleteMultipartUploadCommand({ ...part, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } }))

    expect(seen().map(({ eventName, s3 }) => `${eventName} ${s3.object.key}`)).toEqual([
      'ObjectCreated:Put a',
      'ObjectCreated:Copy b',
      'ObjectTagging:Put a',
      'ObjectRemoved:Delete a',
      'ObjectCreated:CompleteMultipartUpload c',
    ])
  })

  it('gets the version, and the delete marker that hides it', async () => {
    const LambdaConfigurations = ['Created', 'Removed'].map((kind) => ({
      Event: `s3:Object${kind}:*`,
      Function: arn('Fn'),
    }))
    const versioned = bucket({ LambdaConfigurations })
    Object.assign(versioned.Properties, { VersioningConfiguration: { Status: 'Enabled' } })
    await start({ ...stack({}), Bucket: versioned })
    await put('a')
    await send(new DeleteObjectCommand({ Bucket, Key: 'a' }))

    expect(seen()).toMatchObject([
      { eventName: 'ObjectCreated:Put', s3: { object: { versionId: expect.any(String) } } },
      { eventName: 'ObjectRemoved:DeleteMarkerCreated', s3: { object: { key: 'a', versionId: expect.any(String) } } },
    ])
  })

  it('is notified after a restart as before, in addition to EventBridge', async () => {
    const told: string[] = []
    const resources = stack({ ...toFunction(), EventBridgeConfiguration: {} })
    await start(resources)
    await start(resources, { onEvent: (_, event) => void told.push(event['detail-type']) })
    await put('a')

    expect([keysSeen(), told]).toEqual([['a'], ['Object Created']])
  })

  it('gets a failed event again, like every asynchronous invocation', async () => {
    await start({ ...stack(toFunction()), Fn: fn(recording(file(), 1)) })
    await put('a')
    await cloud().advance(60_000)

    expect(keysSeen()).toEqual(['a', 'a'])
  })
})

describe('a stack whose bucket may not notify its function', () => {
  const refused = 'Unable to validate the following destination configurations'

  it.each([
    ['without a permission', { Type: 'AWS::Logs::LogGroup', Properties: {} }],
    ['with a permission for another service', permission('Fn', 'events.amazonaws.com', SOURCE)],
    ['with a permission for another bucket', permission('Fn', 's3.amazonaws.com', 'arn:aws:s3:::other')],
    [
      'with a permission for another account',
      {
        ...permission('Fn', 's3.amazonaws.com', SOURCE),
        Properties: { ...permission('Fn', 's3.amazonaws.com', SOURCE).Properties, SourceAccount: '111111111111' },
      },
    ],
  ])('is refused %s', async (_, Permission) => {
    await expect(start(stack(toFunction(), Permission))).rejects.toThrow(refused)
  })

  it('is refused when CloudFormation may create the bucket before the permission', async () => {
    const resources = { ...stack({}), Bucket: bucket(toFunction(), {}) }
    await expect(start(resources)).rejects.toThrow('add DependsOn: Permission')
  })

  it('is refused for the missing permission, not the order, when another service has one', async () => {
    const resources = {
      ...stack({}, permission('Fn', 'events.amazonaws.com', SOURCE)),
      Bucket: bucket(toFunction(), {}),
    }
    await expect(start(resources)).rejects.toThrow(refused)
  })

  it('is refused for a dependency cycle', async () => {
    const Permission = permission('Fn', 's3.amazonaws.com', arn('Bucket'))
    await expect(start(stack(toFunction(), Permission))).rejects.toThrow(
      'Circular dependency between resources: [Bucket, Fn, Permission, Role]',
    )
  })

  it.each([
    ['a topic', { TopicConfigurations: [{ Event: 's3:ObjectCreated:*', Topic: 'arn:aws:sns:::t' }] }, 'TopicConfig'],
    ['an unsupported event', toFunction('s3:Replication:*'), 's3:Replication:*'],
  ])('is refused by name with %s', async (_, configuration, named) => {
    await expect(start(stack(configuration))).rejects.toThrow(named)
  })
})

describe('a queue that a bucket notifies', () => {
  const QueueConfigurations = [{ Event: 's3:ObjectCreated:*', Queue: arn('Queue') }]
  const resources = {
    Queue: queue(),
    Policy: queuePolicy('Queue', 's3.amazonaws.com'),
    Bucket: bucket({ QueueConfigurations }, { DependsOn: 'Policy' }),
  }

  it('gets one test message, then a record of each put', async () => {
    await start(resources)
    await start(resources)
    await put('a b')

    expect(bodies('Queue')).toMatchObject([
      { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket },
      { Records: [{ eventName: 'ObjectCreated:Put', s3: { object: { key: 'a+b' } } }] },
    ])
  })

  it('is refused while its policy does not admit the bucket', async () => {
    const Condition = { ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::other' } }
    const Statement = [{ ...allow('sqs:SendMessage'), Principal: { Service: 's3.amazonaws.com' }, Condition }]
    const Policy = {
      Type: 'AWS::SQS::QueuePolicy',
      Properties: { Queues: [{ Ref: 'Queue' }], PolicyDocument: { Statement } },
    }
    await expect(start({ ...resources, Policy })).rejects.toThrow('Unable to validate')
  })
})
