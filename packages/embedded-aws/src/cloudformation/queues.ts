import { z } from 'zod'
import type { DeliveryTarget } from '../delivery'
import { TargetGone } from '../delivery'
import { policyDocument } from '../iam/create'
import { resourcePolicyAllows } from '../iam/resource-policy'
import type { Sqs } from '../sqs'
import type { Creators } from './create'

const queuePolicy = z.object({ Queues: z.array(z.string()), PolicyDocument: z.looseObject({ Statement: z.unknown() }) })

/** Queues and their policies. */
export const queueCreators = (sqs: Sqs): Creators => ({
  'AWS::SQS::Queue': ({ name, properties }) => {
    const { QueueName: _name, Tags: _tags, ...attributes } = properties
    sqs.ensureQueue(name, attributes)
  },
  'AWS::SQS::QueuePolicy': ({ properties }) => {
    const { Queues, PolicyDocument } = queuePolicy.parse(properties)
    policyDocument.parse(PolicyDocument)
    for (const url of Queues) {
      const queue = queueNamed(sqs, url.split('/').at(-1))
      queue.configure({ ...queue.about().attributes, Policy: JSON.stringify(PolicyDocument) })
    }
  },
})

/** Queues as targets of rules and schedules, and as dead-letter queues. */
export const queueTarget = (sqs: Sqs, account: string): DeliveryTarget => ({
  action: 'sqs:SendMessage',
  permits(target, principal, sourceArn) {
    const policy = sqs.queue(nameOf(target))?.about().attributes.Policy
    if (policy === undefined) return false
    const asked = { principal, action: 'sqs:SendMessage', resource: target, sourceArn, account }
    return resourcePolicyAllows(policyDocument.parse(JSON.parse(policy)), asked)
  },
  send(target, payload, attributes = {}) {
    queueNamed(sqs, nameOf(target)).send({
      body: payload,
      senderId: 'events.amazonaws.com',
      attributes: Object.fromEntries(
        Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
      ),
    })
  },
})

/** The last part of a queue's ARN. */
export const nameOf = (arn: string): string => arn.split(':').at(-1) ?? ''

function queueNamed(sqs: Sqs, name = '') {
  const queue = sqs.queue(name)
  if (!queue) throw new TargetGone(`there is no queue ${name}`)
  return queue
}
