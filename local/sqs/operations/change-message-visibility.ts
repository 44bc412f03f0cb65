import { z } from 'zod'
import { jsonOperation } from '../../protocol/json'
import type { Queues } from '../queues'

const input = z.strictObject({
  QueueUrl: z.string(),
  ReceiptHandle: z.string(),
  VisibilityTimeout: z.number().int().min(0).max(43_200),
})

export const changeMessageVisibility = (queues: Queues) =>
  jsonOperation({
    input,
    access: ({ QueueUrl }) => queues.access('ChangeMessageVisibility', QueueUrl),
    run: ({ QueueUrl, ReceiptHandle, VisibilityTimeout }) =>
      queues.at(QueueUrl).changeVisibility(ReceiptHandle, VisibilityTimeout),
  })
