import { z } from 'zod'
import { jsonOperation } from '../../protocol/json'
import { attributesMd5, md5Hex, type Message } from '../message'
import type { Queue } from '../queue'
import type { Queues } from '../queues'

const receiveMessageInput = z.strictObject({
  QueueUrl: z.string(),
  MaxNumberOfMessages: z.number().int().min(1).max(10).optional(),
  VisibilityTimeout: z.number().int().min(0).max(43_200).optional(),
  WaitTimeSeconds: z.number().int().min(0).max(20).optional(),
  AttributeNames: z.array(z.string()).optional(),
  MessageSystemAttributeNames: z.array(z.string()).optional(),
  MessageAttributeNames: z.array(z.string()).optional(),
})

export const receiveMessage = (queues: Queues) =>
  jsonOperation({
    input: receiveMessageInput,
    access: ({ QueueUrl }) => queues.access('ReceiveMessage', QueueUrl),
    async run({ QueueUrl, MaxNumberOfMessages = 1, VisibilityTimeout, WaitTimeSeconds, ...names }) {
      const queue = queues.at(QueueUrl)
      const waitSeconds = WaitTimeSeconds ?? Number(queue.about().attributes.ReceiveMessageWaitTimeSeconds)
      const now = queue.receive(MaxNumberOfMessages, VisibilityTimeout)
      const messages =
        now.length > 0 || waitSeconds === 0
          ? now
          : await poll(queue, queues, waitSeconds, () => queue.receive(MaxNumberOfMessages, VisibilityTimeout))
      if (messages.length === 0) return {}

      const systemNames = [...(names.AttributeNames ?? []), ...(names.MessageSystemAttributeNames ?? [])]
      return { Messages: messages.map((message) => describe(message, systemNames, names.MessageAttributeNames ?? [])) }
    },
  })

/** Wait for a message, at most until the given time on the cloud's clock. */
function poll(
  queue: Queue,
  { context: { clock } }: Queues,
  seconds: number,
  receive: () => Message[],
): Promise<Message[]> {
  return new Promise((resolve) => {
    const end = (messages: Message[]) => {
      cancel()
      unsubscribe()
      resolve(messages)
    }
    const cancel = clock.at(clock.now() + seconds * 1000, () => end([]))
    const unsubscribe = queue.onMessage(() => {
      const messages = receive()
      if (messages.length > 0) end(messages)
    })
  })
}

function describe(message: Message, systemNames: readonly string[], names: readonly string[]): object {
  const system = Object.fromEntries(
    Object.entries(systemAttributes(message)).filter(
      ([name]) => systemNames.includes('All') || systemNames.includes(name),
    ),
  )
  const attributes = Object.fromEntries(
    Object.entries(message.attributes).filter(([name]) => names.some((wanted) => fits(wanted, name))),
  )
  return {
    MessageId: message.id,
    ReceiptHandle: message.receiptHandle,
    Body: message.body,
    MD5OfBody: md5Hex(message.body),
    ...(Object.keys(system).length > 0 && { Attributes: system }),
    ...(Object.keys(attributes).length > 0 && {
      MessageAttributes: attributes,
      MD5OfMessageAttributes: attributesMd5(attributes),
    }),
  }
}

/** SQS's system attributes of a message, as strings. */
export const systemAttributes = (message: Message): Record<string, string> => ({
  SenderId: message.senderId,
  SentTimestamp: String(message.sentAt),
  ApproximateReceiveCount: String(message.receiveCount),
  ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt ?? message.sentAt),
  ...(message.traceHeader !== undefined && { AWSTraceHeader: message.traceHeader }),
  ...(message.deadLetterSource !== undefined && { DeadLetterQueueSourceArn: message.deadLetterSource }),
})

const fits = (wanted: string, name: string): boolean =>
  wanted === 'All' ||
  wanted === '.*' ||
  wanted === name ||
  (wanted.endsWith('.*') && name.startsWith(wanted.slice(0, -2)))
