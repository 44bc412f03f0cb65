import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect } from '@jest/globals'
import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  type Message,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { clientOf, type CloudUnderTest } from './cloud'
import { type Fact, refusalOf, unique } from './fact'
import { queueArn } from './queue'

export function testSqs(cloud: () => CloudUnderTest, fact: Fact): void {
  let sqs: SQSClient

  const makeQueue = async (Attributes: Record<string, string> = {}, QueueName = unique('contract')) =>
    (await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl ?? ''
  const send = (QueueUrl: string, MessageBody: string, more: object = {}) =>
    sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }))
  const receive = async (QueueUrl: string, more: object = {}): Promise<Message[]> =>
    (await sqs.send(new ReceiveMessageCommand({ QueueUrl, ...more }))).Messages ?? []
  const bodies = async (QueueUrl: string, more: object = {}) => (await receive(QueueUrl, more)).map(({ Body }) => Body)
  const arnOf = (url: string) => queueArn(sqs, url)

  beforeAll(() => {
    sqs = new SQSClient(clientOf(cloud()))
  })
  afterAll(() => sqs.destroy())

  describe('queues', () => {
    fact('creates a queue once and finds it by name', async () => {
      const QueueName = unique('contract-found')
      const url = await makeQueue({ VisibilityTimeout: '60' }, QueueName)

      expect(await makeQueue({ VisibilityTimeout: '60' }, QueueName)).toBe(url)
      expect((await sqs.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl).toBe(url)
      expect((await sqs.send(new ListQueuesCommand({ QueueNamePrefix: QueueName }))).QueueUrls).toEqual([url])
      expect(url.endsWith(`/${QueueName}`)).toBe(true)
    })

    fact('refuses to create a queue again with other attributes', async () => {
      const QueueName = unique('contract-other')
      await makeQueue({ VisibilityTimeout: '60' }, QueueName)

      expect((await refusalOf(makeQueue({ VisibilityTimeout: '61' }, QueueName))).name).toBe('QueueNameExists')
    })

    fact('refuses a missing queue', async () => {
      const url = await makeQueue()
      expect(await refusalOf(send(`${url}-missing`, 'x'))).toEqual({ name: 'QueueDoesNotExist', status: 400 })
      expect(await refusalOf(sqs.send(new GetQueueUrlCommand({ QueueName: unique('missing') })))).toEqual({
        name: 'QueueDoesNotExist',
        status: 400,
      })
    })

    fact('returns its attributes, and the number of its messages', async () => {
      const QueueUrl = await makeQueue({ DelaySeconds: '0', VisibilityTimeout: '45' })
      await send(QueueUrl, 'one')
      await send(QueueUrl, 'two')
      await send(QueueUrl, 'later', { DelaySeconds: 60 })
      await receive(QueueUrl)

      const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))
      expect(Attributes).toMatchObject({
        VisibilityTimeout: '45',
        MessageRetentionPeriod: '345600',
        ApproximateNumberOfMessages: '1',
        ApproximateNumberOfMessagesNotVisible: '1',
        ApproximateNumberOfMessagesDelayed: '1',
      })
    })

    fact('purges a queue', async () => {
      const QueueUrl = await makeQueue()
      await send(QueueUrl, 'one')
      await sqs.send(new PurgeQueueCommand({ QueueUrl }))

      expect(await receive(QueueUrl)).toEqual([])
    })
  })

  describe('messages', () => {
    fact('delivers a message as it was sent, with its attributes', async () => {
      const QueueUrl = await makeQueue()
      const MessageAttributes = {
        kind: { DataType: 'String', StringValue: 'page ü' },
        cost: { DataType: 'Number', StringValue: '0.5' },
        raw: { DataType: 'Binary', BinaryValue: Uint8Array.of(1, 2, 255) },
      }
      const sent = await send(QueueUrl, '{"text":"ü 😀 <&>"}', { MessageAttributes })

      const [got] = await receive(QueueUrl, { MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All'] })
      expect(got).toMatchObject({
        MessageId: sent.MessageId,
        Body: '{"text":"ü 😀 <&>"}',
        MD5OfBody: sent.MD5OfMessageBody,
        MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
        MessageAttributes: { kind: MessageAttributes.kind, cost: MessageAttributes.cost },
      })
      expect(Array.from(got?.MessageAttributes?.raw?.BinaryValue ?? [])).toEqual([1, 2, 255])
      expect(got?.Attributes).toMatchObject({
        ApproximateReceiveCount: '1',
        SentTimestamp: expect.stringMatching(/^\d{13}$/),
      })
    })

    fact('hashes the attributes as every SDK does', async () => {
      const QueueUrl = await makeQueue()
      const { MD5OfMessageAttributes } = await send(QueueUrl, 'x', {
        MessageAttributes: { b: { DataType: 'String', StringValue: '2' }, a: { DataType: 'Number', StringValue: '1' } },
      })
      expect(MD5OfMessageAttributes).toBe('02bc784682167881b554c14e8156ce95')
    })

    fact('returns only the requested attributes of a message', async () => {
      const QueueUrl = await makeQueue()
      await send(QueueUrl, 'x', { MessageAttributes: { a: { DataType: 'String', StringValue: '1' } } })

      const [got] = await receive(QueueUrl)
      expect(got?.Attributes).toBeUndefined()
      expect(got?.MessageAttributes).toBeUndefined()
    })

    for (const [name, MessageAttributes] of [
      [
        'an eleventh attribute',
        Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`a${i}`, { DataType: 'String', StringValue: 'x' }])),
      ],
      ['an attribute of an unknown type', { a: { DataType: 'Boolean', StringValue: 'true' } }],
      ['an attribute without a type', { a: { DataType: '', StringValue: 'x' } }],
      ['an attribute with an empty value', { a: { DataType: 'String', StringValue: '' } }],
      ['an attribute without a value', { a: { DataType: 'String' } }],
      ['an invalid number', { a: { DataType: 'Number', StringValue: 'ten' } }],
      ['an attribute in the name of AWS', { 'AWS.trace': { DataType: 'String', StringValue: 'x' } }],
      ['an attribute in the name of Amazon', { 'amazon.trace': { DataType: 'String', StringValue: 'x' } }],
      ['an attribute whose name begins with a period', { '.a': { DataType: 'String', StringValue: 'x' } }],
      ['an attribute whose name has a space', { 'a b': { DataType: 'String', StringValue: 'x' } }],
    ] as const) {
      fact(`refuses ${name}`, async () => {
        const QueueUrl = await makeQueue()
        const refused = await refusalOf(send(QueueUrl, 'x', { MessageAttributes }))
        expect(refused).toEqual({ name: 'InvalidParameterValue', status: 400 })
        expect(await receive(QueueUrl)).toEqual([])
      })
    }

    fact('accepts ten attributes, and custom type names', async () => {
      const QueueUrl = await makeQueue()
      const MessageAttributes = Object.fromEntries(
        Array.from({ length: 10 }, (_, i) => [`a-${i}.x_`, { DataType: 'Number.int', StringValue: '-1.5e3' }]),
      )
      await send(QueueUrl, 'x', { MessageAttributes })

      const [got] = await receive(QueueUrl, { MessageAttributeNames: ['All'] })
      expect(Object.keys(got?.MessageAttributes ?? {})).toHaveLength(10)
    })

    fact('hides a received message until its visibility timeout', async () => {
      const QueueUrl = await makeQueue({ VisibilityTimeout: '1' })
      await send(QueueUrl, 'again')

      expect(await bodies(QueueUrl)).toEqual(['again'])
      expect(await bodies(QueueUrl)).toEqual([])
      await sleep(1100)
      const [second] = await receive(QueueUrl, { MessageSystemAttributeNames: ['ApproximateReceiveCount'] })
      expect(second?.Attributes?.ApproximateReceiveCount).toBe('2')
    })

    fact('shows a message at once, or later, when its visibility timeout changes', async () => {
      const QueueUrl = await makeQueue({ VisibilityTimeout: '1' })
      await send(QueueUrl, 'x')
      const [first] = await receive(QueueUrl)
      await sqs.send(
        new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle, VisibilityTimeout: 0 }),
      )
      const [second] = await receive(QueueUrl)
      await sqs.send(
        new ChangeMessageVisibilityBatchCommand({
          QueueUrl,
          Entries: [{ Id: 'a', ReceiptHandle: second?.ReceiptHandle, VisibilityTimeout: 60 }],
        }),
      )
      await sleep(1100)

      expect(second?.Body).toBe('x')
      expect(await receive(QueueUrl)).toEqual([])
    })

    fact('delays a message', async () => {
      const QueueUrl = await makeQueue()
      await send(QueueUrl, 'later', { DelaySeconds: 1 })

      expect(await bodies(QueueUrl)).toEqual([])
      await sleep(1100)
      expect(await bodies(QueueUrl)).toEqual(['later'])
    })

    fact('deletes a received message', async () => {
      const QueueUrl = await makeQueue({ VisibilityTimeout: '0' })
      await send(QueueUrl, 'done')
      const [got] = await receive(QueueUrl, { VisibilityTimeout: 30 })
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: got?.ReceiptHandle }))
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: got?.ReceiptHandle }))

      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessagesNotVisible'] }),
      )
      expect(Attributes?.ApproximateNumberOfMessagesNotVisible).toBe('0')
    })

    fact('refuses an unknown receipt handle', async () => {
      const QueueUrl = await makeQueue()
      const remove = sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: 'nonsense' }))
      expect((await refusalOf(remove)).name).toBe('ReceiptHandleIsInvalid')
    })

    fact('waits for a message', async () => {
      const QueueUrl = await makeQueue()
      const waiting = receive(QueueUrl, { WaitTimeSeconds: 5 })
      await sleep(100)
      await send(QueueUrl, 'at last')

      expect((await waiting).map(({ Body }) => Body)).toEqual(['at last'])
    })

    fact('ends a long poll without messages', async () => {
      const QueueUrl = await makeQueue()
      expect(await receive(QueueUrl, { WaitTimeSeconds: 1 })).toEqual([])
    })
  })

  describe('batches', () => {
    fact('sends, receives and deletes ten at once', async () => {
      const QueueUrl = await makeQueue()
      const Entries = Array.from({ length: 10 }, (_, index) => ({ Id: `id-${index}`, MessageBody: `body ${index}` }))
      const { Successful } = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }))
      const got = await receive(QueueUrl, { MaxNumberOfMessages: 10, WaitTimeSeconds: 1 })
      const deleted = await sqs.send(
        new DeleteMessageBatchCommand({
          QueueUrl,
          Entries: got.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
        }),
      )

      expect(Successful?.map(({ Id }) => Id)).toEqual(Entries.map(({ Id }) => Id))
      expect(new Set(got.map(({ Body }) => Body))).toEqual(new Set(Entries.map(({ MessageBody }) => MessageBody)))
      expect(deleted.Successful).toHaveLength(10)
    })

    for (const [name, entries, code] of [
      ['an empty batch', [], 'EmptyBatchRequest'],
      ['eleven entries', Array.from({ length: 11 }, (_, index) => String(index)), 'TooManyEntriesInBatchRequest'],
      ['one id twice', ['a', 'a'], 'BatchEntryIdsNotDistinct'],
      ['an id with a space', ['a b'], 'InvalidBatchEntryId'],
    ] as const) {
      fact(`refuses ${name}`, async () => {
        const QueueUrl = await makeQueue()
        const Entries = entries.map((Id) => ({ Id, MessageBody: 'x' }))
        expect((await refusalOf(sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries })))).name).toBe(code)
      })
    }
  })

  describe('dead letters', () => {
    fact('dead-letters a message that was received too often', async () => {
      const deadLetters = await makeQueue()
      const deadLetterTargetArn = await arnOf(deadLetters)
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 2 })
      const QueueUrl = await makeQueue({ VisibilityTimeout: '0', RedrivePolicy })
      const { MessageId } = await send(QueueUrl, 'poison', {
        MessageAttributes: { kind: { DataType: 'String', StringValue: 'page' } },
      })

      expect(await bodies(QueueUrl)).toEqual(['poison'])
      expect(await bodies(QueueUrl)).toEqual(['poison'])
      expect(await bodies(QueueUrl)).toEqual([])
      const [dead] = await receive(deadLetters, { MessageAttributeNames: ['All'] })
      expect(dead).toMatchObject({ MessageId, Body: 'poison', MessageAttributes: { kind: { StringValue: 'page' } } })
    })

    fact('refuses a redrive policy to a missing queue', async () => {
      const QueueUrl = await makeQueue()
      const RedrivePolicy = JSON.stringify({
        deadLetterTargetArn: `${await arnOf(QueueUrl)}-missing`,
        maxReceiveCount: 2,
      })

      const named = { name: 'InvalidParameterValue', status: 400 }
      expect(await refusalOf(makeQueue({ RedrivePolicy }))).toEqual(named)
      const set = new SetQueueAttributesCommand({ QueueUrl, Attributes: { RedrivePolicy } })
      expect(await refusalOf(sqs.send(set))).toEqual(named)
    })

    fact('names the source queue of a dead letter', async () => {
      const deadLetters = await makeQueue()
      const deadLetterTargetArn = await arnOf(deadLetters)
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1 })
      const QueueUrl = await makeQueue({ VisibilityTimeout: '0', RedrivePolicy })
      await send(QueueUrl, 'poison')
      await receive(QueueUrl)
      await receive(QueueUrl)

      const [dead] = await receive(deadLetters, { MessageSystemAttributeNames: ['All'] })
      expect(dead?.Attributes?.DeadLetterQueueSourceArn).toBe(await arnOf(QueueUrl))
    })
  })
}
