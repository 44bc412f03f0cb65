import { createHash } from 'node:crypto'

/** Secrets Manager appends six random characters to the name. Here they are a hash of it, so that a template knows the ARN before the secret exists. */
export function secretArn(name: string, region: string, account: string): string {
  const suffix = createHash('sha256').update(name).digest('hex').slice(0, 6)
  return `arn:aws:secretsmanager:${region}:${account}:secret:${name}-${suffix}`
}
