import { createHash } from 'node:crypto'

/** Secrets Manager puts six characters behind the name; here they follow from it, so that a template can say the ARN before the secret is made. */
export function secretArn(name: string, region: string, account: string): string {
  const suffix = createHash('sha256').update(name).digest('hex').slice(0, 6)
  return `arn:aws:secretsmanager:${region}:${account}:secret:${name}-${suffix}`
}
