import { afterEach, describe, expect, it, jest } from '@jest/globals'
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { S3Client, PutObjectCommand } from '@aws-sdk/client-s3'
import { eventsIn, useCloud } from './running-cloud'
import { arn, fn, permission, queue, queuePolicy, recording } from './template'

const { cloud, file, start, bodies, attributes } = useCloud()
const owner = { region: 'eu-west-1', credentials: { accessKeyId: 'owner', secretAccessKey: 'owner' } }

const rule = (target: object = {}) => ({
  Type: 'AWS::Events::Rule',
  Properties: {
    EventBusName: { Ref: 'Bus' },
    EventPattern: { source: ['ours'], 'detail-type': ['Done'] },
    Targets: [{ Id: 'one', Arn: arn('Listener'), ...target }],
  },
})
const resources = () => ({
  Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'ours' } },
  Listener: fn(recording(file()), { FunctionName: 'listener' }),
  Rule: rule(),
  Permission: permission('Listener', 'events.amazonaws.com', arn('Rule')),
})
const put = async (...numbers: number[]) => {
  const events = new EventBridgeClient({ endpoint: cloud().endpoint, ...owner })
  await events.send(
    new PutEventsCommand({
      Entries: numbers.map((n) => ({
        EventBusName: 'ours',
        Source: 'ours',
        DetailType: 'Done',
        Detail: JSON.stringify({ n }),
      })),
    }),
  )
}
const seen = () => eventsIn(file()).map(({ detail }) => detail.n)

afterEach(() => void jest.restoreAllMocks())

describe('an event', () => {
  it('reaches the function of a rule that it matches', async () => {
    await start(resources())
    await put(1)
    await cloud().idle()

    expect(eventsIn(file())).toMatchObject([
      {
        version: '0',
        source: 'ours',
        'detail-type': 'Done',
        account: '000000000000',
        region: 'eu-west-1',
        detail: { n: 1 },
      },
    ])
  })

  it('is emitted by a bucket', async () => {
    await start({
      Data: {
        Type: 'AWS::S3::Bucket',
        Properties: {
          BucketName: 'data',
          NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
        },
      },
      Listener: fn(recording(file()), { FunctionName: 'listener' }),
      Rule: {
        Type: 'AWS::Events::Rule',
        Properties: {
          EventPattern: {
            source: ['aws.s3'],
            detail: { bucket: { name: [{ Ref: 'Data' }] }, object: { key: [{ wildcard: 'raw/*/run.json' }] } },
          },
          Targets: [{ Id: 'one', Arn: arn('Listener') }],
        },
      },
      Permission: permission('Listener', 'events.amazonaws.com', arn('Rule')),
    })
    const s3 = new S3Client({ endpoint: cloud().endpoint, ...owner })
    for (const Key of ['raw/1/posts.csv', 'raw/1/run.json']) {
      await s3.send(new PutObjectCommand({ Bucket: 'data', Key, Body: 'x' }))
    }
    await cloud().idle()

    expect(eventsIn(file()).map(({ detail }) => detail.object.key)).toEqual(['raw/1/run.json'])
  })

  it('is not lost by a restart once it was accepted', async () => {
    const made = resources()
    await start(made)
    await put(1)
    await cloud().close()
    await start(made)
    await cloud().idle()

    expect(new Set(seen())).toEqual(new Set([1]))
  })

  it.each([
    ['no permission admits it', permission('Listener', 'apigateway.amazonaws.com')],
    [
      'only another rule is admitted',
      permission('Listener', 'events.amazonaws.com', 'arn:aws:events:eu-west-1:000000000000:rule/other'),
    ],
  ])('is sent to the dead letters when %s', async (_, given) => {
    await start({
      ...resources(),
      Permission: given,
      Rule: rule({ DeadLetterConfig: { Arn: arn('Dead') } }),
      Dead: queue(),
      Policy: queuePolicy('Dead', 'events.amazonaws.com'),
    })
    await put(1)
    await cloud().idle()

    expect(seen()).toEqual([])
    expect(attributes('Dead')).toMatchObject([
      {
        ERROR_CODE: 'NO_PERMISSIONS',
        RULE_ARN: expect.stringContaining(':rule/ours/'),
        TARGET_ARN: 'arn:aws:lambda:eu-west-1:000000000000:function:listener',
      },
    ])
  })

  it('is lost with a warning when the dead-letter queue admits nobody', async () => {
    const printed = jest.spyOn(console, 'error').mockImplementation(() => {})
    await start({
      ...resources(),
      Permission: permission('Listener', 'apigateway.amazonaws.com'),
      Rule: rule({ DeadLetterConfig: { Arn: arn('Dead') } }),
      Dead: queue(),
    })
    await put(1)
    await cloud().idle()

    expect(bodies('Dead')).toEqual([])
    expect(printed).toHaveBeenCalledWith(expect.stringContaining('is lost'))
  })

  it('is delivered again after a temporary failure', async () => {
    await start(resources())
    const fault = cloud().faults.fail({ service: 'events', operation: 'InvokeTarget', error: true, times: 3 })
    await put(1)
    await cloud().advance(60_000)

    expect(fault.hits()).toBe(3)
    expect(seen()).toEqual([1])
  })
})

describe('an injected fault', () => {
  it('delivers everything twice and out of order', async () => {
    await start(resources())
    const numbers = Array.from({ length: 10 }, (_, n) => n)
    cloud().faults.disturb({ duplicate: true, holdMs: 100 })
    await put(...numbers)
    await cloud().idle()

    expect([...seen()].sort((a, b) => a - b)).toEqual(numbers.flatMap((n) => [n, n]))
    expect(seen()).not.toEqual(numbers.flatMap((n) => [n, n]))
  })

  it('drops the selected events', async () => {
    await start(resources())
    cloud().faults.disturb({ drop: (_, payload) => JSON.parse(payload).detail.n === 2 })
    await put(1, 2, 3)
    await cloud().idle()

    expect(new Set(seen())).toEqual(new Set([1, 3]))
  })
})

it('reports every event to a listener', async () => {
  const heard: string[] = []
  await start(resources(), { onEvent: (bus, event) => void heard.push(`${bus}: ${event['detail-type']}`) })
  await put(1)
  expect(heard).toEqual(['ours: Done'])
})
