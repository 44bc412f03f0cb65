import type { AwsError } from '../protocol/aws-error'
import { jsonService } from '../protocol/json'
import type { AwsService, CloudContext } from '../service'
import { completeAttributes } from './attributes'
import type { Message } from './message'
import { getQueueAttributes, setQueueAttributes } from './operations/attributes'
import { createQueue, deleteQueue, getQueueUrl, listQueues, purgeQueue } from './operations/queues'
import {
  changeMessageVisibility,
  changeMessageVisibilityBatch,
  deleteMessage,
  deleteMessageBatch,
} from './operations/receipts'
import { receiveMessage } from './operations/receive'
import { sendMessage, sendMessageBatch } from './operations/send'
import type { NewMessage, Queue } from './queue'
import { openQueues } from './queues'

export { systemAttributes } from './operations/receive'
export type { Message, NewMessage, Queue }

export interface Sqs extends AwsService {
  /** Create the queue if it does not exist and set these attributes, by CloudFormation's names, as objects or strings. */
  ensureQueue(name: string, attributes: Record<string, unknown>): Queue
  queue(name: string): Queue | undefined
  urlOf(name: string): string
  arnOf(name: string): string
}

/** SQS's standard queues, kept on disk. */
export function createSqs(context: CloudContext): Sqs {
  const queues = openQueues(context)
  const service = jsonService({
    name: 'sqs',
    version: '1.0',
    invalidInput: 'InvalidParameterValue',
    headersOf: queryError,
    operations: {
      ChangeMessageVisibility: changeMessageVisibility(queues),
      ChangeMessageVisibilityBatch: changeMessageVisibilityBatch(queues),
      CreateQueue: createQueue(queues),
      DeleteMessage: deleteMessage(queues),
      DeleteMessageBatch: deleteMessageBatch(queues),
      DeleteQueue: deleteQueue(queues),
      GetQueueAttributes: getQueueAttributes(queues),
      GetQueueUrl: getQueueUrl(queues),
      ListQueues: listQueues(queues),
      PurgeQueue: purgeQueue(queues),
      ReceiveMessage: receiveMessage(queues),
      SendMessage: sendMessage(queues),
      SendMessageBatch: sendMessageBatch(queues),
      SetQueueAttributes: setQueueAttributes(queues),
    },
  })
  return {
    ...service,
    ensureQueue(name, attributes) {
      const given = Object.entries(attributes).map(([key, value]) => [key, attributeText(value)] as const)
      const complete = completeAttributes(Object.fromEntries(given))
      queues.checkRedrive(complete)
      const existing = queues.named(name)
      if (!existing) return queues.create(name, complete)
      existing.configure(complete)
      return existing
    },
    queue: queues.named,
    urlOf: queues.urlOf,
    arnOf: queues.arnOf,
    close: async () => queues.all().forEach((queue) => queue.close()),
  }
}

const attributeText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** Error codes of SQS's older query protocol, by which clients still recognise errors. */
const QUERY_CODES: Record<string, string> = {
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  QueueNameExists: 'QueueAlreadyExists',
  MessageNotInflight: 'AWS.SimpleQueueService.MessageNotInflight',
  EmptyBatchRequest: 'AWS.SimpleQueueService.EmptyBatchRequest',
  TooManyEntriesInBatchRequest: 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
  BatchEntryIdsNotDistinct: 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct',
  InvalidBatchEntryId: 'AWS.SimpleQueueService.InvalidBatchEntryId',
  BatchRequestTooLong: 'AWS.SimpleQueueService.BatchRequestTooLong',
}

const queryError = ({ code, status }: AwsError): Record<string, string> => ({
  'x-amzn-query-error': `${QUERY_CODES[code] ?? code};${status < 500 ? 'Sender' : 'Receiver'}`,
})
