import { z } from 'zod'
import { jsonOperation } from '../../protocol/json'
import { runBatch } from '../batch'
import type { Queues } from '../queues'

const deleteMessageInput = z.strictObject({ QueueUrl: z.string(), ReceiptHandle: z.string() })

export const deleteMessage = (queues: Queues) =>
  jsonOperation({
    input: deleteMessageInput,
    access: ({ QueueUrl }) => queues.access('DeleteMessage', QueueUrl),
    run: ({ QueueUrl, ReceiptHandle }) => queues.at(QueueUrl).remove(ReceiptHandle),
  })

const deleteMessageBatchInput = z.strictObject({
  QueueUrl: z.string(),
  Entries: z.array(z.strictObject({ Id: z.string(), ReceiptHandle: z.string() })),
})

export const deleteMessageBatch = (queues: Queues) =>
  jsonOperation({
    input: deleteMessageBatchInput,
    access: ({ QueueUrl }) => queues.access('DeleteMessage', QueueUrl),
    run({ QueueUrl, Entries }) {
      const queue = queues.at(QueueUrl)
      return runBatch(Entries, ({ ReceiptHandle }) => {
        queue.remove(ReceiptHandle)
        return {}
      })
    },
  })

const changeMessageVisibilityInput = z.strictObject({
  QueueUrl: z.string(),
  ReceiptHandle: z.string(),
  VisibilityTimeout: z.number().int().min(0).max(43_200),
})

export const changeMessageVisibility = (queues: Queues) =>
  jsonOperation({
    input: changeMessageVisibilityInput,
    access: ({ QueueUrl }) => queues.access('ChangeMessageVisibility', QueueUrl),
    run: ({ QueueUrl, ReceiptHandle, VisibilityTimeout }) =>
      queues.at(QueueUrl).changeVisibility(ReceiptHandle, VisibilityTimeout),
  })

const changeMessageVisibilityBatchInput = z.strictObject({
  QueueUrl: z.string(),
  Entries: z.array(
    z.strictObject({
      Id: z.string(),
      ReceiptHandle: z.string(),
      VisibilityTimeout: z.number().int().min(0).max(43_200),
    }),
  ),
})

export const changeMessageVisibilityBatch = (queues: Queues) =>
  jsonOperation({
    input: changeMessageVisibilityBatchInput,
    access: ({ QueueUrl }) => queues.access('ChangeMessageVisibility', QueueUrl),
    run({ QueueUrl, Entries }) {
      const queue = queues.at(QueueUrl)
      return runBatch(Entries, ({ ReceiptHandle, VisibilityTimeout }) => {
        queue.changeVisibility(ReceiptHandle, VisibilityTimeout)
        return {}
      })
    },
  })
