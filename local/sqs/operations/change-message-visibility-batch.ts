import { z } from 'zod'
import { jsonOperation } from '../../protocol/json'
import { runBatch } from '../batch'
import type { Queues } from '../queues'

const input = z.strictObject({
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
    input,
    access: ({ QueueUrl }) => queues.access('ChangeMessageVisibility', QueueUrl),
    run({ QueueUrl, Entries }) {
      const queue = queues.at(QueueUrl)
      return runBatch(Entries, ({ ReceiptHandle, VisibilityTimeout }) => {
        queue.changeVisibility(ReceiptHandle, VisibilityTimeout)
        return {}
      })
    },
  })
