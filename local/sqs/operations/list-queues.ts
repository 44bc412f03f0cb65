import { z } from 'zod'
import { jsonOperation } from '../../protocol/json'
import type { Queues } from '../queues'

const input = z.strictObject({ QueueNamePrefix: z.string().optional(), MaxResults: z.literal(1000).optional() })

export const listQueues = (queues: Queues) =>
  jsonOperation({
    input,
    access: () => [{ action: 'sqs:ListQueues', resource: '*' }],
    run({ QueueNamePrefix = '' }) {
      const names = queues.all().map(({ name }) => name)
      const urls = names.filter((name) => name.startsWith(QueueNamePrefix)).map((name) => queues.urlOf(name))
      return urls.length > 0 ? { QueueUrls: urls } : {}
    },
  })
