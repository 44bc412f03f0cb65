import { z } from 'zod'
import { jsonOperation } from '../../protocol/json'
import type { Queues } from '../queues'

const input = z.strictObject({ QueueName: z.string(), QueueOwnerAWSAccountId: z.string().optional() })

export const getQueueUrl = (queues: Queues) =>
  jsonOperation({
    input,
    access: ({ QueueName }) => queues.access('GetQueueUrl', QueueName),
    run: ({ QueueName }) => ({ QueueUrl: queues.urlOf(queues.at(QueueName).name) }),
  })
