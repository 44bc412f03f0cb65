import { z } from 'zod'
import { jsonOperation } from '../../protocol/json'
import type { Queues } from '../queues'

const input = z.strictObject({ QueueUrl: z.string(), ReceiptHandle: z.string() })

export const deleteMessage = (queues: Queues) =>
  jsonOperation({
    input,
    access: ({ QueueUrl }) => queues.access('DeleteMessage', QueueUrl),
    run: ({ QueueUrl, ReceiptHandle }) => queues.at(QueueUrl).remove(ReceiptHandle),
  })
