import { z } from 'zod'
import type { S3 } from '../s3'
import { type Notification, readNotification } from '../s3/notification'
import type { Creators } from './create'
import type { Resource } from './stack'

const filter = z
  .strictObject({ S3Key: z.strictObject({ Rules: z.array(z.strictObject({ Name: z.string(), Value: z.string() })) }) })
  .default({ S3Key: { Rules: [] } })

const bucketProperties = z.object({
  VersioningConfiguration: z.object({ Status: z.enum(['Enabled', 'Suspended']) }).optional(),
  // Strict: a bucket that notifies a topic would be accepted and would never notify it.
  NotificationConfiguration: z
    .strictObject({
      EventBridgeConfiguration: z.object({ EventBridgeEnabled: z.boolean().default(true) }).optional(),
      LambdaConfigurations: z
        .array(z.strictObject({ Event: z.string(), Function: z.string(), Filter: filter }))
        .default([]),
      QueueConfigurations: z
        .array(z.strictObject({ Event: z.string(), Queue: z.string(), Filter: filter }))
        .default([]),
    })
    .prefault({}),
  CorsConfiguration: z
    .object({
      CorsRules: z.array(
        z.object({
          AllowedHeaders: z.array(z.string()).optional(),
          AllowedMethods: z.array(z.string()),
          AllowedOrigins: z.array(z.string()),
          ExposedHeaders: z.array(z.string()).optional(),
          MaxAge: z.coerce.number().optional(),
        }),
      ),
    })
    .optional(),
})

/** Buckets with versioning, notifications and CORS. Encryption and expiry are accepted and do nothing here. */
export const bucketCreators = (s3: S3, resources: readonly Resource[]): Creators => ({
  'AWS::S3::Bucket': (bucket) => {
    const { name, properties } = bucket
    const { VersioningConfiguration, NotificationConfiguration, CorsConfiguration } = bucketProperties.parse(properties)
    const cors = CorsConfiguration?.CorsRules.map(({ ExposedHeaders, MaxAge, ...rule }) => ({
      ...rule,
      ...(ExposedHeaders && { ExposeHeaders: ExposedHeaders }),
      ...(MaxAge !== undefined && { MaxAgeSeconds: MaxAge }),
    }))
    const { LambdaConfigurations, QueueConfigurations } = NotificationConfiguration
    const notifications = [
      ...LambdaConfigurations.map(({ Function, ...rest }) => ({ target: Function, ...rest })),
      ...QueueConfigurations.map(({ Queue, ...rest }) => ({ target: Queue, ...rest })),
    ].map(({ target, Event, Filter }) =>
      readNotification(
        target,
        [Event],
        Filter.S3Key.Rules.map((rule) => ({ name: rule.Name, value: rule.Value })),
      ),
    )
    for (const one of notifications) checkOrder(one, bucket, resources)
    s3.ensureBucket(name, {
      versioned: VersioningConfiguration?.Status === 'Enabled',
      eventBridge: NotificationConfiguration.EventBridgeConfiguration?.EventBridgeEnabled ?? false,
      ...(notifications.length > 0 && { notifications }),
      ...(cors && { cors }),
    })
  },
})

/** CloudFormation creates a bucket as early as it can. On AWS, S3 refuses the bucket while the permission that it needs is missing. */
function checkOrder({ target }: Notification, { logicalId, after }: Resource, resources: readonly Resource[]): void {
  if (after.has(logicalId)) {
    throw new Error(`Circular dependency between resources: [${[...after].sort().join(', ')}]`)
  }
  const permits = resources.filter(({ type, properties: { FunctionName, Principal, Queues } }) => {
    const isOfS3 = type === 'AWS::Lambda::Permission' && Principal === 's3.amazonaws.com'
    const of = isOfS3 ? [FunctionName] : type === 'AWS::SQS::QueuePolicy' ? Queues : []
    return Array.isArray(of) && of.some((one) => lastPart(one) === lastPart(target))
  })
  if (permits.length === 0 || permits.some((one) => after.has(one.logicalId))) return
  throw new Error(
    `${target} is notified before it lets the bucket in: CloudFormation may make the bucket first; add DependsOn: ${permits[0]?.logicalId}`,
  )
}

/** The name in a name, an ARN or a URL. */
const lastPart = (text: unknown): string | undefined => String(text).split(/[:/]/).at(-1)
