import { z } from 'zod'
import { jsonOperation } from '../../protocol/json'
import { runBatch } from '../batch'
import type { Queues } from '../queues'

const input = z.strictObject({
  QueueUrl: z.string(),
  Entries: z.array(z.strictObject({ Id: z.string(), ReceiptHandle: z.string() })),
})

export const deleteMessageBatch = (queues: Queues) =>
  jsonOperation({
    input,
    access: ({ QueueUrl }) => queues.access('DeleteMessage', QueueUrl),
    run({ QueueUrl, Entries }) {
      const queue = queues.at(QueueUrl)
      return runBatch(Entries, ({ ReceiptHandle }) => {
        queue.remove(ReceiptHandle)
        return {}
      })
    },
  })
