import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { BellwetherError, isNamed } from '../../../shared/errors'

/** The value of a secret that holds this. Raises SECRET_MISSING, with the remedy, while it has no value. */
export async function readSecret(client: SecretsManagerClient, secretId: string, holds: string): Promise<string> {
  const value = await valueOf(client, secretId)
  if (value) return value
  throw new BellwetherError(
    'SECRET_MISSING',
    `${holds}: the secret has no value; put it in: aws secretsmanager put-secret-value --secret-id ${secretId} --secret-string ...`,
  )
}

async function valueOf(client: SecretsManagerClient, secretId: string): Promise<string | undefined> {
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }))
    return SecretString?.trim()
  } catch (error) {
    // Secrets Manager's answer for a secret without a value, too.
    if (isNamed(error, 'ResourceNotFoundException')) return undefined
    throw error
  }
}
