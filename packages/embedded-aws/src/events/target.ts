import { z } from 'zod'

/** A JSON path of EventBridge's kind: `$.detail.list[0]['a key']`; no wildcards, no filters. */
const jsonPath = z.string().regex(/^\$(\.[^.[\]*?@]+|\[\d+\]|\['[^']+'\]|\["[^"]+"\])*$/, 'is not a path to one value')

/** A target as in PutTargets and CloudFormation. Other properties of targets are refused by name. */
export const target = z.strictObject({
  Id: z.string(),
  Arn: z.string(),
  RoleArn: z.string().optional(),
  Input: z.string().optional(),
  InputPath: jsonPath.optional(),
  InputTransformer: z
    .strictObject({ InputPathsMap: z.record(z.string(), jsonPath).optional(), InputTemplate: z.string() })
    .optional(),
  RetryPolicy: z
    .strictObject({
      MaximumRetryAttempts: z.coerce.number().int().min(0).max(185).optional(),
      MaximumEventAgeInSeconds: z.coerce.number().int().min(60).max(86_400).optional(),
    })
    .optional(),
  DeadLetterConfig: z.strictObject({ Arn: z.string() }).optional(),
})

export type RuleTarget = z.infer<typeof target>
