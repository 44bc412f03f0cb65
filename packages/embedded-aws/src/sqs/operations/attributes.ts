import { z } from 'zod'
import { AwsError } from '../../protocol/aws-error'
import { jsonOperation } from '../../protocol/json'
import { completeAttributes } from '../attributes'
import type { Queue } from '../queue'
import type { Queues } from '../queues'

const getQueueAttributesInput = z.strictObject({ QueueUrl: z.string(), AttributeNames: z.array(z.string()).optional() })

export const getQueueAttributes = (queues: Queues) =>
  jsonOperation({
    input: getQueueAttributesInput,
    access: ({ QueueUrl }) => queues.access('GetQueueAttributes', QueueUrl),
    run({ QueueUrl, AttributeNames = [] }) {
      const queue = queues.at(QueueUrl)
      const all = describe(queue, queues)
      const unknown = AttributeNames.find((name) => name !== 'All' && !(name in all) && !UNSET.includes(name))
      if (unknown !== undefined) throw new AwsError(400, 'InvalidAttributeName', `Unknown Attribute ${unknown}.`)
      const wanted = Object.entries(all).filter(
        ([name]) => AttributeNames.includes('All') || AttributeNames.includes(name),
      )
      return wanted.length > 0 ? { Attributes: Object.fromEntries(wanted) } : {}
    },
  })

const setQueueAttributesInput = z.strictObject({ QueueUrl: z.string(), Attributes: z.record(z.string(), z.string()) })

export const setQueueAttributes = (queues: Queues) =>
  jsonOperation({
    input: setQueueAttributesInput,
    access: ({ QueueUrl }) => queues.access('SetQueueAttributes', QueueUrl),
    run({ QueueUrl, Attributes }) {
      const queue = queues.at(QueueUrl)
      const complete = completeAttributes({ ...queue.about().attributes, ...Attributes })
      queues.checkRedrive(Attributes)
      queue.configure(complete)
    },
  })

/** Optional attributes of a queue. */
const UNSET = ['Policy', 'RedrivePolicy', 'RedriveAllowPolicy', 'KmsMasterKeyId', 'KmsDataKeyReusePeriodSeconds']

function describe(queue: Queue, queues: Queues): Record<string, string> {
  const { attributes, createdAt, changedAt } = queue.about()
  const { visible, inFlight, delayed } = queue.counts()
  return {
    ...attributes,
    QueueArn: queues.arnOf(queue.name),
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: String(Math.floor(createdAt / 1000)),
    LastModifiedTimestamp: String(Math.floor(changedAt / 1000)),
  }
}
