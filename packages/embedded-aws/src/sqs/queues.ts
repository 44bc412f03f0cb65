import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { AwsError, notImplemented } from '../protocol/aws-error'
import type { Access, CloudContext } from '../service'
import { type QueueAttributes, readRedrivePolicy } from './attributes'
import { openQueue, type Queue } from './queue'

/** All queues of the account. */
export interface Queues {
  context: CloudContext
  all(): Queue[]
  /** By URL. Raises QueueDoesNotExist (400). */
  at(url: string): Queue
  named(name: string): Queue | undefined
  create(name: string, attributes: QueueAttributes): Queue
  delete(queue: Queue): void
  urlOf(name: string): string
  arnOf(name: string): string
  access(action: string, url: string): Access[]
  /** Refuse a redrive policy whose queue does not exist in this account and region. Raises InvalidParameterValue (400). */
  checkRedrive(attributes: QueueAttributes): void
}

const NAME = /^[A-Za-z0-9_-]{1,80}$/

/** The queues kept in the service's folder. */
export function openQueues(context: CloudContext): Queues {
  const root = path.join(context.dataDir, 'sqs')
  const byName = new Map<string, Queue>()
  const arnOf = (name: string) => `arn:aws:sqs:${context.region}:${context.account}:${name}`

  const open = (name: string, attributes?: QueueAttributes): Queue => {
    const place = {
      folder: path.join(root, name),
      name,
      clock: context.clock,
      giveUp: (to: string, message: Parameters<Queue['takeOver']>[0]) => {
        const deadLetters = byName.get(to)
        deadLetters?.takeOver(message, arnOf(name))
        return deadLetters !== undefined
      },
    }
    const queue = openQueue(place, attributes)
    byName.set(name, queue)
    return queue
  }

  mkdirSync(root, { recursive: true })
  for (const name of readdirSync(root)) if (existsSync(path.join(root, name, 'queue.json'))) open(name)

  return {
    context,
    all: () => [...byName.values()],
    at(url) {
      const queue = byName.get(nameIn(url))
      if (!queue) throw new AwsError(400, 'QueueDoesNotExist', 'The specified queue does not exist.')
      return queue
    },
    named: (name) => byName.get(name),
    create(name, attributes) {
      if (name.endsWith('.fifo')) throw notImplemented('FIFO queue in SQS')
      if (!NAME.test(name))
        throw new AwsError(
          400,
          'InvalidParameterValue',
          'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
        )
      return open(name, attributes)
    },
    delete(queue) {
      byName.delete(queue.name)
      queue.delete()
    },
    urlOf: (name) => `${context.endpoint()}/${context.account}/${name}`,
    arnOf,
    access: (action, url) => [{ action: `sqs:${action}`, resource: arnOf(nameIn(url)) }],
    checkRedrive({ RedrivePolicy }) {
      const policy = readRedrivePolicy(RedrivePolicy)
      if (!policy || (byName.has(policy.queueName) && policy.queueArn === arnOf(policy.queueName))) return
      throw new AwsError(
        400,
        'InvalidParameterValue',
        `Value ${RedrivePolicy} for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist.`,
      )
    },
  }
}

/** The name is the last part of the URL. The host is ignored: a restart may have changed the port. */
const nameIn = (url: string): string => url.split('/').at(-1) ?? ''
