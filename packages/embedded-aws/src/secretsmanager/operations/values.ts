import { z } from 'zod'
import { AwsError } from '../../protocol/aws-error'
import { jsonOperation } from '../../protocol/json'
import type { SecretValue, Vault } from '../vault'

const MAX_BYTES = 65_536

const getInput = z.strictObject({
  SecretId: z.string(),
  VersionId: z.string().optional(),
  VersionStage: z.string().optional(),
})

export const getSecretValue = (vault: Vault) =>
  jsonOperation({
    input: getInput,
    access: ({ SecretId, VersionStage = 'AWSCURRENT' }) => [
      {
        action: 'secretsmanager:GetSecretValue',
        resource: vault.arnOf(SecretId),
        conditions: { 'secretsmanager:VersionStage': VersionStage },
      },
    ],
    run({ SecretId, VersionId, VersionStage }) {
      const { name, arn, versions } = vault.secret(SecretId)
      const stage = VersionStage ?? (VersionId === undefined ? 'AWSCURRENT' : undefined)
      const found = versions.find(
        ({ id, stages }) => (VersionId ?? id) === id && (stage === undefined || stages.includes(stage)),
      )
      if (!found) {
        const what = stage === undefined ? `VersionId: ${VersionId}` : `staging label: ${stage}`
        throw new AwsError(
          400,
          'ResourceNotFoundException',
          `Secrets Manager can't find the specified secret value for ${what}`,
        )
      }
      return {
        ARN: arn,
        Name: name,
        VersionId: found.id,
        VersionStages: found.stages,
        CreatedDate: found.createdAt / 1000,
        SecretString: found.text,
        SecretBinary: found.binary,
      }
    },
  })

/** A value as in requests. */
export const valueInput = z.strictObject({
  SecretString: z.string().optional(),
  /** Base64. */
  SecretBinary: z.string().optional(),
})

const putInput = z.strictObject({
  SecretId: z.string(),
  ClientRequestToken: z.string().optional(),
  ...valueInput.shape,
})

export const putSecretValue = (vault: Vault) =>
  jsonOperation({
    input: putInput,
    access: ({ SecretId }) => [{ action: 'secretsmanager:PutSecretValue', resource: vault.arnOf(SecretId) }],
    run({ SecretId, ClientRequestToken, ...given }) {
      const value = readValue(given)
      if (!value)
        throw new AwsError(400, 'InvalidRequestException', 'You must provide either SecretString or SecretBinary.')
      const { name, arn } = vault.secret(SecretId)
      const { id, stages } = vault.putValue(SecretId, value, ClientRequestToken)
      return { ARN: arn, Name: name, VersionId: id, VersionStages: stages }
    },
  })

/** Undefined if the request has no value. Raises InvalidParameterException, ValidationException (400). */
export function readValue({ SecretString, SecretBinary }: z.infer<typeof valueInput>): SecretValue | undefined {
  if (SecretString !== undefined && SecretBinary !== undefined) {
    throw new AwsError(
      400,
      'InvalidParameterException',
      'You must provide either SecretString or SecretBinary, not both.',
    )
  }
  if (Buffer.byteLength(SecretString ?? SecretBinary ?? '') > MAX_BYTES) {
    throw new AwsError(400, 'ValidationException', `A secret must have a length of at most ${MAX_BYTES} bytes.`)
  }
  if (SecretString !== undefined) return { text: SecretString }
  return SecretBinary === undefined ? undefined : { binary: SecretBinary }
}
