import { z } from 'zod'
import { AwsError, notImplemented } from '../protocol/aws-error'

export type QueueAttributes = Record<string, string>

/** Settable attributes and their defaults. */
const DEFAULTS: QueueAttributes = {
  DelaySeconds: '0',
  MaximumMessageSize: '1048576',
  MessageRetentionPeriod: '345600',
  ReceiveMessageWaitTimeSeconds: '0',
  VisibilityTimeout: '30',
  SqsManagedSseEnabled: 'true',
}

const WITHOUT_DEFAULT = [
  'Policy',
  'RedrivePolicy',
  'RedriveAllowPolicy',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
]

const RANGES: Record<string, readonly [number, number]> = {
  DelaySeconds: [0, 900],
  MaximumMessageSize: [1024, 1048576],
  MessageRetentionPeriod: [60, 1209600],
  ReceiveMessageWaitTimeSeconds: [0, 20],
  VisibilityTimeout: [0, 43200],
}

const redrivePolicy = z.object({
  deadLetterTargetArn: z.string(),
  maxReceiveCount: z.coerce.number().int().min(1).max(1000),
})

/** Check a new queue's attributes and fill in the defaults. Raises InvalidAttributeValue (400). FIFO queues are not supported. */
export function completeAttributes(given: QueueAttributes): QueueAttributes {
  for (const [name, value] of Object.entries(given)) {
    if (!(name in DEFAULTS) && !WITHOUT_DEFAULT.includes(name)) throw notImplemented(`queue attribute ${name}`)
    const [least, most] = RANGES[name] ?? []
    const bad =
      least !== undefined &&
      most !== undefined &&
      !(/^\d+$/.test(value) && Number(value) >= least && Number(value) <= most)
    if (bad || (name === 'RedrivePolicy' && !readRedrivePolicy(value))) {
      throw new AwsError(400, 'InvalidAttributeValue', `Invalid value for the parameter ${name}.`)
    }
  }
  return { ...DEFAULTS, ...given }
}

/** The redrive policy: where a message goes that was received too often; undefined if the queue has none. */
export function readRedrivePolicy(
  text: string | undefined,
): { queueArn: string; queueName: string; maxReceiveCount: number } | undefined {
  const { success, data } = redrivePolicy.safeParse(readJson(text ?? ''))
  if (!success) return undefined
  const { deadLetterTargetArn, maxReceiveCount } = data
  return { queueArn: deadLetterTargetArn, queueName: deadLetterTargetArn.split(':').at(-1) ?? '', maxReceiveCount }
}

/** An attribute that is a number of seconds, in milliseconds. */
export const milliseconds = (attributes: QueueAttributes, name: string): number => Number(attributes[name]) * 1000

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
