import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { SecretsManager } from '../secretsmanager'
import type { Creators } from './create'

const secretProperties = z.strictObject({
  Name: z.string().optional(),
  Description: z.string().optional(),
  KmsKeyId: z.string().optional(),
  Tags: z.unknown().optional(),
  SecretString: z.string().optional(),
  GenerateSecretString: z
    .strictObject({
      PasswordLength: z.coerce.number().default(32),
      ExcludePunctuation: z.boolean().optional(),
      ExcludeCharacters: z.string().optional(),
    })
    .optional(),
})

/** Secrets, generated once where the template asks for it. */
export const secretCreators = (secrets: SecretsManager): Creators => ({
  'AWS::SecretsManager::Secret': ({ name, properties }) => {
    const { SecretString, GenerateSecretString } = secretProperties.parse(properties)
    secrets.ensureSecret(name, SecretString ?? (GenerateSecretString && password(GenerateSecretString.PasswordLength)))
  },
})

/** Letters and digits, which every exclusion of punctuation allows. */
const password = (length: number): string =>
  randomBytes(2 * length)
    .toString('base64')
    .replace(/[+/=]/g, '')
    .slice(0, length)
