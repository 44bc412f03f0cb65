import { z } from 'zod'
import type { S3 } from '../s3'
import type { Creators } from './create'

const bucketProperties = z.object({
  VersioningConfiguration: z.object({ Status: z.enum(['Enabled', 'Suspended']) }).optional(),
  // Strict: a bucket that notifies functions or queues itself would seem to work and never do.
  NotificationConfiguration: z
    .strictObject({
      EventBridgeConfiguration: z.object({ EventBridgeEnabled: z.boolean().default(true) }).optional(),
    })
    .default({}),
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

/** Buckets, with what they do here: versions, events, answers to other origins. Encryption and expiry are AWS's. */
export const bucketCreators = (s3: S3): Creators => ({
  'AWS::S3::Bucket': ({ name, properties }) => {
    const { VersioningConfiguration, NotificationConfiguration, CorsConfiguration } = bucketProperties.parse(properties)
    const cors = CorsConfiguration?.CorsRules.map(({ ExposedHeaders, MaxAge, ...rule }) => ({
      ...rule,
      ...(ExposedHeaders && { ExposeHeaders: ExposedHeaders }),
      ...(MaxAge !== undefined && { MaxAgeSeconds: MaxAge }),
    }))
    s3.ensureBucket(name, {
      versioned: VersioningConfiguration?.Status === 'Enabled',
      eventBridge: NotificationConfiguration.EventBridgeConfiguration?.EventBridgeEnabled ?? false,
      ...(cors && { cors }),
    })
  },
})
