import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { readConfig } from '../../shared/config'
import { door } from '../../shared/door'
import { dynamoTable } from '../../shared/table'
import { lambdaSettleAnswered } from '../../shared/web/end-link'
import { secretLinkKeys } from '../../shared/web/link-key'
import { answerInvitation, invitationRequest } from '../../shared/web/invitation'

const config = readConfig([
  'table',
  'annotatorLinkSecret',
  'ownerLinkSecret',
  'readerLinkSecret',
  'siteUrl',
  'labelingFunction',
])

const work = answerInvitation({
  table: dynamoTable(new DynamoDBClient(), config.table),
  linkKeys: secretLinkKeys(new SecretsManagerClient(), config),
  siteUrl: config.siteUrl,
  settleAnswered: lambdaSettleAnswered(new LambdaClient(), config.labelingFunction),
})

export const handler = door('desk-invite', { schema: invitationRequest, work }, [])
