import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { readConfig } from '../../shared/config'
import { door } from '../../shared/door'
import { dynamoTable } from '../../shared/table'
import { invitation, invitationRequest } from './invitation'
import { secretLinkKey } from './link-key'

const config = readConfig(['table', 'linkSecret', 'deskUrl'])

const work = invitation({
  table: dynamoTable(new DynamoDBClient(), config.table),
  linkKey: secretLinkKey(new SecretsManagerClient(), config.linkSecret),
  deskUrl: config.deskUrl,
})

export const handler = door('desk-invite', { schema: invitationRequest, work }, [])
