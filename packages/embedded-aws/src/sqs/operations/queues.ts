import { z } from 'zod'
import { AwsError } from '../../protocol/aws-error'
import { jsonOperation } from '../../protocol/json'
import type { Queues } from '../queues'

const createQueueInput = z.strictObject({
  QueueName: z.string(),
  Attributes: z.record(z.string(), z.string()).optional(),
})

export const createQueue = (queues: Queues) =>
  jsonOperation({
    input: createQueueInput,
    access: ({ QueueName }) => queues.access('CreateQueue', QueueName),
    run({ QueueName, Attributes = {} }) {
      const existing = queues.named(QueueName)
      const other =
        existing && Object.entries(Attributes).some(([name, value]) => existing.about().attributes[name] !== value)
      if (other) {
        throw new AwsError(
          400,
          'QueueNameExists',
          `A queue already exists with the same name and a different value for an attribute`,
        )
      }
      queues.checkRedrive(Attributes)
      if (!existing) queues.create(QueueName, Attributes)
      return { QueueUrl: queues.urlOf(QueueName) }
    },
  })

const deleteQueueInput = z.strictObject({ QueueUrl: z.string() })

export const deleteQueue = (queues: Queues) =>
  jsonOperation({
    input: deleteQueueInput,
    access: ({ QueueUrl }) => queues.access('DeleteQueue', QueueUrl),
    run: ({ QueueUrl }) => queues.delete(queues.at(QueueUrl)),
  })

const getQueueUrlInput = z.strictObject({ QueueName: z.string(), QueueOwnerAWSAccountId: z.string().optional() })

export const getQueueUrl = (queues: Queues) =>
  jsonOperation({
    input: getQueueUrlInput,
    access: ({ QueueName }) => queues.access('GetQueueUrl', QueueName),
    run: ({ QueueName }) => ({ QueueUrl: queues.urlOf(queues.at(QueueName).name) }),
  })

const listQueuesInput = z.strictObject({
  QueueNamePrefix: z.string().optional(),
  MaxResults: z.literal(1000).optional(),
})

export const listQueues = (queues: Queues) =>
  jsonOperation({
    input: listQueuesInput,
    access: () => [{ action: 'sqs:ListQueues', resource: '*' }],
    run({ QueueNamePrefix = '' }) {
      const names = queues.all().map(({ name }) => name)
      const urls = names.filter((name) => name.startsWith(QueueNamePrefix)).map((name) => queues.urlOf(name))
      return urls.length > 0 ? { QueueUrls: urls } : {}
    },
  })

const purgeQueueInput = z.strictObject({ QueueUrl: z.string() })

export const purgeQueue = (queues: Queues) =>
  jsonOperation({
    input: purgeQueueInput,
    access: ({ QueueUrl }) => queues.access('PurgeQueue', QueueUrl),
    run: ({ QueueUrl }) => queues.at(QueueUrl).purge(),
  })
