import { z } from 'zod'
import { jsonOperation } from '../../protocol/json'
import type { Vault } from '../vault'

const input = z.strictObject({ SecretId: z.string() })

export const describeSecret = (vault: Vault) =>
  jsonOperation({
    input,
    access: ({ SecretId }) => [{ action: 'secretsmanager:DescribeSecret', resource: vault.arnOf(SecretId) }],
    run({ SecretId }) {
      const { name, arn, description, createdAt, changedAt, versions } = vault.secret(SecretId)
      const stages = Object.fromEntries(versions.map((version) => [version.id, version.stages]))
      return {
        ARN: arn,
        Name: name,
        ...(description !== undefined && { Description: description }),
        CreatedDate: createdAt / 1000,
        LastChangedDate: changedAt / 1000,
        // AWS leaves it out where there is no value yet.
        ...(versions.length > 0 && { VersionIdsToStages: stages }),
      }
    },
  })
