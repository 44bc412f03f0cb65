import { readFileSync } from 'node:fs'
import path from 'node:path'
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ListDeadLetterSourceQueuesCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createSqs, type Sqs } from '../../src/sqs'
import { clientOf, type Served, serve } from '../serve'

let served: Served<{ sqs: Sqs }>
let client: SQSClient

const connect = () => {
  client?.destroy()
  client = new SQSClient({ ...clientOf(served), maxAttempts: 1 })
}
const queue = (name: string) => {
  const found = served.services.sqs.queue(name)
  if (!found) throw new Error(`no queue ${name}`)
  return found
}
const send = (name: string, body: string, delaySeconds?: number) =>
  queue(name).send({ body, senderId: 'test', ...(delaySeconds !== undefined && { delaySeconds }) })
const bodies = (name: string, max = 10) =>
  queue(name)
    .receive(max)
    .map(({ body }) => body)
const advance = (ms: number) => served.clock.advanceTo(served.clock.now() + ms)

/** A request as the HTTP server passes it on. */
const input = (operation: string, body: object) => ({
  service: 'sqs',
  method: 'POST',
  path: '/',
  query: new URLSearchParams(),
  headers: { 'x-amz-target': `AmazonSQS.${operation}` },
  body: Buffer.from(JSON.stringify(body)),
  principal: { arn: 'a' },
})

beforeEach(async () => {
  served = await serve((context) => ({ sqs: createSqs(context) }))
  served.services.sqs.ensureQueue('work', {})
  connect()
})
afterEach(async () => {
  client.destroy()
  await served.close()
})

describe("queues on the cloud's clock", () => {
  it('deliver a delayed message at its time, and not before', async () => {
    send('work', 'later', 900)
    await advance(899_000)
    expect(bodies('work')).toEqual([])
    await advance(2000)
    expect(bodies('work')).toEqual(['later'])
  })

  it('deliver a message again when its receiver did not delete it', async () => {
    send('work', 'x')
    expect(bodies('work')).toEqual(['x'])
    await advance(29_000)
    expect(bodies('work')).toEqual([])
    await advance(2000)
    expect(queue('work').receive(1)).toMatchObject([{ body: 'x', receiveCount: 2 }])
  })

  it('report every message that becomes visible to a listener', async () => {
    const seen: string[][] = []
    queue('work').onMessage(() => void seen.push(bodies('work')))
    send('work', 'now')
    send('work', 'later', 60)
    expect(seen).toEqual([['now']])
    await advance(31_000)
    await advance(31_000)
    expect(seen.flat().sort()).toEqual(['later', 'now', 'now', 'now'])
  })

  it('drop a message after its retention', async () => {
    served.services.sqs.ensureQueue('short', { MessageRetentionPeriod: 3600 })
    send('short', 'old')
    await advance(3_599_000)
    expect(queue('short').counts().visible).toBe(1)
    await advance(2000)
    expect(queue('short').counts().visible).toBe(0)
  })

  it('end a long poll', async () => {
    const QueueUrl = served.services.sqs.urlOf('work')
    const polling = served.services.sqs.open(input('ReceiveMessage', { QueueUrl, WaitTimeSeconds: 20 })).run()
    await advance(20_000)
    expect(await polling).toMatchObject({ status: 200, body: '{}' })
  })
})

describe('queues on disk', () => {
  it('survive a restart: messages, receive counts, attributes, hidden messages', async () => {
    served.services.sqs.ensureQueue('kept', {
      VisibilityTimeout: 300,
      RedrivePolicy: { deadLetterTargetArn: 'arn:aws:sqs:eu-west-1:000000000000:work', maxReceiveCount: 2 },
    })
    send('kept', 'taken')
    const [taken] = queue('kept').receive(1)
    send('kept', 'deleted')
    for (const { receiptHandle = '' } of queue('kept').receive(1)) queue('kept').remove(receiptHandle)
    send('kept', 'later', 60)
    served = await served.restart()
    connect()

    expect(bodies('kept')).toEqual([])
    expect(queue('kept').counts()).toEqual({ visible: 0, inFlight: 1, delayed: 1 })
    await advance(61_000)
    expect(bodies('kept')).toEqual(['later'])
    queue('kept').changeVisibility(taken?.receiptHandle ?? '', 0)
    expect(queue('kept').receive(1)).toMatchObject([{ body: 'taken', receiveCount: 2 }])
  })

  it('wake for messages that were hidden before the restart', async () => {
    send('work', 'x', 60)
    served = await served.restart()
    connect()
    const seen: string[][] = []
    queue('work').onMessage(() => void seen.push(bodies('work')))
    await advance(61_000)
    expect(seen).toEqual([['x']])
  })

  it('keep their journal short, however many messages pass', async () => {
    for (let round = 0; round < 1500; round++) {
      send('work', String(round))
      for (const { receiptHandle = '' } of queue('work').receive(1)) queue('work').remove(receiptHandle)
    }
    send('work', 'last')
    const journal = readFileSync(path.join(served.dataDir, 'sqs', 'work', 'messages.jsonl'), 'utf8')
    served = await served.restart()
    connect()
    expect(journal.split('\n').length).toBeLessThan(1500)
    expect(bodies('work')).toEqual(['last'])
  })
})

describe('dead letters', () => {
  it('arrive in their queue with id, body and source, and leave the source queue', async () => {
    served.services.sqs.ensureQueue('dead', {})
    served.services.sqs.ensureQueue('poisoned', {
      VisibilityTimeout: '0',
      RedrivePolicy: { deadLetterTargetArn: served.services.sqs.arnOf('dead'), maxReceiveCount: 3 },
    })
    const { id } = send('poisoned', 'poison')
    for (let round = 0; round < 3; round++) expect(bodies('poisoned')).toEqual(['poison'])

    expect(bodies('poisoned')).toEqual([])
    expect(queue('poisoned').counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 })
    expect(queue('dead').receive(1)).toMatchObject([
      { id, body: 'poison', deadLetterSource: served.services.sqs.arnOf('poisoned') },
    ])
  })
})

it('keeps a message whose dead-letter queue was deleted, and delivers it again', async () => {
  served.services.sqs.ensureQueue('dead', {})
  const RedrivePolicy = { deadLetterTargetArn: served.services.sqs.arnOf('dead'), maxReceiveCount: 1 }
  served.services.sqs.ensureQueue('poisoned', { VisibilityTimeout: '0', RedrivePolicy })
  send('poisoned', 'poison')
  await client.send(new DeleteQueueCommand({ QueueUrl: served.services.sqs.urlOf('dead') }))

  for (let round = 0; round < 3; round++) expect(bodies('poisoned')).toEqual(['poison'])
})

it.each(['arn:aws:sqs:eu-west-1:000000000000:none', 'arn:aws:sqs:eu-west-1:111122223333:work'])(
  'refuses a queue whose dead letters would go to %s',
  (deadLetterTargetArn) => {
    const RedrivePolicy = { deadLetterTargetArn, maxReceiveCount: 1 }

    expect(() => served.services.sqs.ensureQueue('lost', { RedrivePolicy })).toThrow(
      'for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist.',
    )
    expect(served.services.sqs.queue('lost')).toBeUndefined()
  },
)

describe('receipt handles', () => {
  it('delete only the last receipt', async () => {
    served.services.sqs.ensureQueue('quick', { VisibilityTimeout: 0 })
    send('quick', 'x')
    const [first] = queue('quick').receive(1)
    queue('quick').receive(1, 30)
    queue('quick').remove(first?.receiptHandle ?? '')
    expect(queue('quick').counts().inFlight).toBe(1)
  })

  it('change nothing that is visible again', () => {
    served.services.sqs.ensureQueue('quick', { VisibilityTimeout: 0 })
    send('quick', 'x')
    const [first] = queue('quick').receive(1)
    expect(() => queue('quick').changeVisibility(first?.receiptHandle ?? '', 30)).toThrow('not in flight')
  })
})

describe('requests to SQS', () => {
  const resource = 'arn:aws:sqs:eu-west-1:000000000000:work'

  it.each([
    ['SendMessage', 'SendMessage', { MessageBody: 'x' }],
    ['SendMessageBatch', 'SendMessage', { Entries: [] }],
    ['ReceiveMessage', 'ReceiveMessage', {}],
    ['DeleteMessageBatch', 'DeleteMessage', { Entries: [] }],
    ['ChangeMessageVisibility', 'ChangeMessageVisibility', { ReceiptHandle: 'h', VisibilityTimeout: 1 }],
    ['GetQueueAttributes', 'GetQueueAttributes', {}],
  ])('%s needs sqs:%s on the queue', (operation, action, more) => {
    const request = input(operation, { QueueUrl: `${served.endpoint}/000000000000/work`, ...more })
    expect(served.services.sqs.open(request).operation).toBe(operation)
    expect(served.services.sqs.open(request).accesses).toEqual([{ action: `sqs:${action}`, resource }])
  })

  it.each([
    ['an operation', () => new ListDeadLetterSourceQueuesCommand({ QueueUrl: 'x' }), 'ListDeadLetterSourceQueues'],
    ['a FIFO queue', () => new CreateQueueCommand({ QueueName: 'a.fifo' }), 'FIFO'],
    [
      'an option',
      () => new SendMessageCommand({ QueueUrl: 'x', MessageBody: 'x', MessageGroupId: 'g' }),
      'MessageGroupId',
    ],
  ] as const)('are refused by name when unsupported: %s', async (_, command, name) => {
    const sent: Promise<unknown> = client.send(command() as SendMessageCommand)
    await expect(sent).rejects.toMatchObject({
      $metadata: { httpStatusCode: 501 },
      message: expect.stringContaining(name),
    })
  })

  it.each([
    ['a delay over 15 minutes', { DelaySeconds: '901' }, 'InvalidAttributeValue'],
    ['a malformed redrive policy', { RedrivePolicy: '{}' }, 'InvalidAttributeValue'],
  ])('are refused with %s', async (_, Attributes, name) => {
    await expect(client.send(new CreateQueueCommand({ QueueName: 'bad', Attributes }))).rejects.toMatchObject({ name })
  })

  it('are refused with a body over the limit, or characters that SQS does not allow', async () => {
    const QueueUrl = served.services.sqs.urlOf('work')
    await expect(
      client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x'.repeat(1_048_577) })),
    ).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    })
    await expect(client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a\u0000b' }))).rejects.toMatchObject({
      name: 'InvalidMessageContents',
    })
  })

  it('identify the queue by its name, even under another host', async () => {
    const QueueUrl = 'http://127.0.0.1:1/000000000000/work'
    const asked = client.send(
      new GetQueueAttributesCommand({
        QueueUrl: QueueUrl.replace('http://127.0.0.1:1', served.endpoint),
        AttributeNames: ['QueueArn'],
      }),
    )
    expect((await asked).Attributes).toEqual({ QueueArn: resource })
    expect(served.services.sqs.open(input('ReceiveMessage', { QueueUrl })).accesses).toEqual([
      { action: 'sqs:ReceiveMessage', resource },
    ])
  })
})
