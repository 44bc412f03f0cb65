import { createHash } from 'node:crypto'
import { z } from 'zod'
import { serviceOf } from '../arn'
import { AwsError, notImplemented } from '../protocol/aws-error'
import { encodeKey } from './encode-key'

/** One entry of a notification configuration: which events of a bucket go to which function or queue. */
export const notification = z.strictObject({
  id: z.string(),
  /** ARN of the function or queue. */
  target: z.string(),
  /** `s3:ObjectCreated:Put`, or all of a kind: `s3:ObjectCreated:*`. */
  events: z.array(z.string()).min(1),
  /** Encoded like the keys in records: `a+b/` for keys that begin with `a b/`. */
  prefix: z.string(),
  suffix: z.string(),
})

export type Notification = z.infer<typeof notification>

/** A rule of a filter, as requests and templates have it. */
export interface FilterRule {
  name: string
  value: string
}

/** Of functions and queues. */
const SERVICES = new Set(['lambda', 'sqs'])

/** The supported events, by their name in records. */
const EVENTS = [
  'ObjectCreated:Put',
  'ObjectCreated:Copy',
  'ObjectCreated:CompleteMultipartUpload',
  'ObjectRemoved:Delete',
  'ObjectRemoved:DeleteMarkerCreated',
  'ObjectTagging:Put',
  'ObjectTagging:Delete',
] as const

/**
 * The events that S3 has besides, with a * for all of a kind:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html
 */
const OTHERS = [
  'IntelligentTiering',
  'LifecycleExpiration:*',
  'LifecycleExpiration:Delete',
  'LifecycleExpiration:DeleteMarkerCreated',
  'LifecycleTransition',
  'ObjectAcl:Put',
  'ObjectAnnotation:*',
  'ObjectAnnotation:Delete',
  'ObjectAnnotation:Put',
  'ObjectCreated:*',
  'ObjectCreated:Post',
  'ObjectRemoved:*',
  'ObjectRestore:*',
  'ObjectRestore:Completed',
  'ObjectRestore:Delete',
  'ObjectRestore:Post',
  'ObjectRetention:Put',
  'ObjectTagging:*',
  'ReducedRedundancyLostObject',
  'Replication:*',
  'Replication:OperationFailedReplication',
  'Replication:OperationMissedThreshold',
  'Replication:OperationNotTracked',
  'Replication:OperationReplicatedAfterThreshold',
]

const KNOWN: ReadonlySet<string> = new Set([...EVENTS, ...OTHERS].map((event) => `s3:${event}`))

export type ObjectEvent = (typeof EVENTS)[number]

/**
 * Parse one entry of a configuration. Raises InvalidArgument (400) for an event that S3 does not have, such as `s3:*`, and
 * NotImplemented (501) for one that never happens here.
 */
export function readNotification(
  target: string,
  events: readonly string[],
  rules: readonly FilterRule[],
  id?: string,
): Notification {
  if (!SERVICES.has(serviceOf(target))) throw notImplemented(`notification of a bucket to ${target}`)
  const unknown = events.find((event) => !KNOWN.has(event))
  if (unknown !== undefined) throw invalid(`The event ${unknown} is not supported for notifications`)
  const never = events.find((pattern) => !EVENTS.some((event) => covers(pattern, event)))
  if (never !== undefined) throw notImplemented(`event ${never} of a bucket`)

  const read = { target, events: [...events], prefix: ruleOf(rules, 'prefix'), suffix: ruleOf(rules, 'suffix') }
  // S3 generates a missing id; this one is the same at every start.
  return { id: id ?? createHash('sha256').update(JSON.stringify(read)).digest('base64url').slice(0, 32), ...read }
}

/** Does the entry match this event and key? */
export const asksFor = ({ events, prefix, suffix }: Notification, event: ObjectEvent, key: string): boolean => {
  const encoded = encodeKey(key)
  return events.some((pattern) => covers(pattern, event)) && encoded.startsWith(prefix) && encoded.endsWith(suffix)
}

/** One event of one key goes to one target at most. Raises InvalidArgument (400). */
export function checkNotifications(notifications: readonly Notification[]): void {
  for (const [index, one] of notifications.entries()) {
    const other = notifications.slice(index + 1).find((later) => overlap(one, later))
    if (other) {
      throw invalid(
        `Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are overlapping for the same event type: ${one.target}, ${other.target}`,
      )
    }
  }
}

const covers = (pattern: string, event: ObjectEvent): boolean =>
  pattern.endsWith(':*') ? `s3:${event}`.startsWith(pattern.slice(0, -1)) : pattern === `s3:${event}`

function ruleOf(rules: readonly FilterRule[], name: 'prefix' | 'suffix'): string {
  const other = rules.find((rule) => !/^(prefix|suffix)$/i.test(rule.name))
  if (other) throw invalid(`filter rule name must be either prefix or suffix: ${other.name}`)
  const [rule, second] = rules.filter((one) => one.name.toLowerCase() === name)
  if (second) throw invalid(`Cannot specify more than one ${name} rule in a filter.`)
  return rule?.value ?? ''
}

function overlap(one: Notification, other: Notification): boolean {
  const both = EVENTS.some((event) => [one, other].every(({ events }) => events.some((all) => covers(all, event))))
  const begins = one.prefix.startsWith(other.prefix) || other.prefix.startsWith(one.prefix)
  const ends = one.suffix.endsWith(other.suffix) || other.suffix.endsWith(one.suffix)
  return both && begins && ends
}

const invalid = (message: string): AwsError => new AwsError(400, 'InvalidArgument', message)
