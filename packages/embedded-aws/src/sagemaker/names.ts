import { z } from 'zod'
import { AwsError } from '../protocol/aws-error'
import type { CloudContext } from '../service'

/** Names of jobs and model packages: 1 to 63 letters, digits and hyphens, no hyphen at either end. */
export const entityName = z.string().regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/)
export const roleArn = z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/?[\w+=,.@\-/]+$/)
export const s3Uri = z.string().regex(/^(https|s3):\/\/([^/]+)\/?(.*)$/)
export const tags = z
  .array(z.strictObject({ Key: z.string().min(1).max(128), Value: z.string().max(256) }))
  .max(50)
  .default([])
export type Tag = z.output<typeof tags>[number]

export type Kind = 'training-job' | 'labeling-job' | 'workteam/private-crowd' | 'model-package-group' | 'model-package'

export const arnOf = ({ region, account }: Pick<CloudContext, 'region' | 'account'>, kind: Kind, name: string) =>
  `arn:aws:sagemaker:${region}:${account}:${kind}/${name}`

export const invalid = (message: string): AwsError => new AwsError(400, 'ValidationException', message)
export const notFound = (what: string): AwsError => invalid(`Requested resource not found. (${what})`)

/** Bucket and key of an S3 URI. */
export function splitUri(uri: string): { bucket: string; key: string } {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(uri) ?? []
  return { bucket, key }
}

/** SageMaker's JSON has times as seconds since the epoch. */
export const seconds = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms / 1000)
