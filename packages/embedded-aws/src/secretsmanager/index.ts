import { jsonService } from '../protocol/json'
import type { AwsService, CloudContext } from '../service'
import { createSecret, describeSecret } from './operations/secrets'
import { getSecretValue, putSecretValue } from './operations/values'
import { openVault } from './vault'

export interface SecretsManager extends AwsService {
  /** Create the secret with this first value if it does not exist. Returns the ARN, which stays the same. */
  ensureSecret(name: string, firstValue?: string): string
}

/** Secrets Manager. A secret created without a value has none until one is put, as on AWS. */
export function createSecretsManager(context: CloudContext): SecretsManager {
  const vault = openVault(context)
  const service = jsonService({
    name: 'secretsmanager',
    version: '1.1',
    operations: {
      CreateSecret: createSecret(vault),
      DescribeSecret: describeSecret(vault),
      GetSecretValue: getSecretValue(vault),
      PutSecretValue: putSecretValue(vault),
    },
  })
  return {
    ...service,
    ensureSecret(name, firstValue) {
      if (!vault.has(name)) vault.create(name)
      if (firstValue !== undefined && vault.secret(name).versions.length === 0)
        vault.putValue(name, { text: firstValue })
      return vault.secret(name).arn
    },
  }
}
