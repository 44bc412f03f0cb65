import { z } from 'zod'
import { jsonOperation } from '../../protocol/json'
import type { Vault } from '../vault'
import { readValue, valueInput } from './put-secret-value'

const input = z.strictObject({
  Name: z.string().regex(/^[\w/+=.@-]{1,512}$/),
  Description: z.string().optional(),
  ClientRequestToken: z.string().optional(),
  ...valueInput.shape,
})

export const createSecret = (vault: Vault) =>
  jsonOperation({
    input,
    access: ({ Name }) => [{ action: 'secretsmanager:CreateSecret', resource: vault.arnOf(Name) }],
    run({ Name, Description, ClientRequestToken, ...given }) {
      const value = readValue(given)
      const { arn } = vault.create(Name, Description)
      const version = value && vault.putValue(Name, value, ClientRequestToken)
      return { ARN: arn, Name, ...(version && { VersionId: version.id }) }
    },
  })
