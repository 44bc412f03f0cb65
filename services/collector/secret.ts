import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { BellwetherError, isNamed } from '../../shared/errors'

/** The text of a secret; SECRET_MISSING with the remedy where it was not put in yet. */
export async function readSecret(client: SecretsManagerClient, secretId: string, what: string): Promise<string> {
  const value = await valueOf(client, secretId)
  if (value) return value
  throw new BellwetherError(
    'SECRET_MISSING',
    `${what} is not there. Put it in: aws secretsmanager put-secret-value --secret-id ${secretId} --secret-string ...`,
  )
}

async function valueOf(client: SecretsManagerClient, secretId: string): Promise<string | undefined> {
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }))
    return SecretString?.trim()
  } catch (error) {
    // Also what a secret without a value answers.
    if (isNamed(error, 'ResourceNotFoundException')) return undefined
    throw error
  }
}
