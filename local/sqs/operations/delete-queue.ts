import { z } from 'zod'
import { jsonOperation } from '../../protocol/json'
import type { Queues } from '../queues'

const input = z.strictObject({ QueueUrl: z.string() })

export const deleteQueue = (queues: Queues) =>
  jsonOperation({
    input,
    access: ({ QueueUrl }) => queues.access('DeleteQueue', QueueUrl),
    run: ({ QueueUrl }) => queues.delete(queues.at(QueueUrl)),
  })
