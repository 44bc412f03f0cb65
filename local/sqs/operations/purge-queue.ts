import { z } from 'zod'
import { jsonOperation } from '../../protocol/json'
import type { Queues } from '../queues'

const input = z.strictObject({ QueueUrl: z.string() })

export const purgeQueue = (queues: Queues) =>
  jsonOperation({
    input,
    access: ({ QueueUrl }) => queues.access('PurgeQueue', QueueUrl),
    run: ({ QueueUrl }) => queues.at(QueueUrl).purge(),
  })
