import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { readConfig } from '../../shared/config'
import { door } from '../../shared/door'
import { dynamoTable } from '../../shared/table'
import { secretLinkKeys } from '../../shared/web/link-key'
import { answerInvitation, invitationRequest } from '../../shared/web/invitation'

const config = readConfig(['table', 'annotatorLinkSecret', 'ownerLinkSecret', 'readerLinkSecret', 'siteUrl'])

const work = answerInvitation({
  table: dynamoTable(new DynamoDBClient(), config.table),
  linkKeys: secretLinkKeys(new SecretsManagerClient(), config),
  siteUrl: config.siteUrl,
})

export const handler = door('desk-invite', { schema: invitationRequest, work }, [])
