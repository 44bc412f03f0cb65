import { z } from 'zod'
import { AwsError } from '../../protocol/aws-error'
import { jsonOperation } from '../../protocol/json'
import type { Vault } from '../vault'

const input = z.strictObject({
  SecretId: z.string(),
  VersionId: z.string().optional(),
  VersionStage: z.string().optional(),
})

export const getSecretValue = (vault: Vault) =>
  jsonOperation({
    input,
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
