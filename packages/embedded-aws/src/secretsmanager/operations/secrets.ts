import { z } from 'zod'
import { jsonOperation } from '../../protocol/json'
import type { Vault } from '../vault'
import { readValue, valueInput } from './values'

const createInput = z.strictObject({
  Name: z.string().regex(/^[\w/+=.@-]{1,512}$/),
  Description: z.string().optional(),
  ClientRequestToken: z.string().optional(),
  ...valueInput.shape,
})

export const createSecret = (vault: Vault) =>
  jsonOperation({
    input: createInput,
    access: ({ Name }) => [{ action: 'secretsmanager:CreateSecret', resource: vault.arnOf(Name) }],
    run({ Name, Description, ClientRequestToken, ...given }) {
      const value = readValue(given)
      const { arn } = vault.create(Name, Description)
      const version = value && vault.putValue(Name, value, ClientRequestToken)
      return { ARN: arn, Name, ...(version && { VersionId: version.id }) }
    },
  })

const describeInput = z.strictObject({ SecretId: z.string() })

export const describeSecret = (vault: Vault) =>
  jsonOperation({
    input: describeInput,
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
        // AWS omits it while there is no value.
        ...(versions.length > 0 && { VersionIdsToStages: stages }),
      }
    },
  })
