import { z } from 'zod'
import { AwsError } from '../../protocol/aws-error'
import { jsonOperation } from '../../protocol/json'
import type { Queues } from '../queues'

const input = z.strictObject({ QueueName: z.string(), Attributes: z.record(z.string(), z.string()).optional() })

export const createQueue = (queues: Queues) =>
  jsonOperation({
    input,
    access: ({ QueueName }) => queues.access('CreateQueue', QueueName),
    run({ QueueName, Attributes = {} }) {
      const existing = queues.named(QueueName)
      const other =
        existing && Object.entries(Attributes).some(([name, value]) => existing.about().attributes[name] !== value)
      if (other) {
        throw new AwsError(
          400,
          'QueueNameExists',
          `A queue already exists with the same name and a different value for an attribute`,
        )
      }
      if (!existing) queues.create(QueueName, Attributes)
      return { QueueUrl: queues.urlOf(QueueName) }
    },
  })
