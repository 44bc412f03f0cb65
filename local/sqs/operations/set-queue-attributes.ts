import { z } from 'zod'
import { jsonOperation } from '../../protocol/json'
import { completeAttributes } from '../attributes'
import type { Queues } from '../queues'

const input = z.strictObject({ QueueUrl: z.string(), Attributes: z.record(z.string(), z.string()) })

export const setQueueAttributes = (queues: Queues) =>
  jsonOperation({
    input,
    access: ({ QueueUrl }) => queues.access('SetQueueAttributes', QueueUrl),
    run({ QueueUrl, Attributes }) {
      const queue = queues.at(QueueUrl)
      queue.configure(completeAttributes({ ...queue.about().attributes, ...Attributes }))
    },
  })
