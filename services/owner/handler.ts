import { Logger } from '@aws-lambda-powertools/logger'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { S3Client } from '@aws-sdk/client-s3'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { readConfig } from '../../shared/config'
import { labelStore, rulesOf } from '../../shared/labels'
import { s3Objects } from '../../shared/objects'
import { readSettings } from '../../shared/settings'
import { dynamoTable } from '../../shared/table'
import { lambdaSettleAnswered } from '../../shared/web/end-link'
import { secretLinkKeys } from '../../shared/web/link-key'
import { packagedPage } from '../../shared/web/pages'
import { lambdaCloseBatch } from './close-batch'
import { owner } from './owner'

const config = readConfig([
  'bucket',
  'table',
  'taskRoot',
  'annotatorLinkSecret',
  'ownerLinkSecret',
  'readerLinkSecret',
  'siteUrl',
  'labelingFunction',
])

const lambda = new LambdaClient()
const objects = s3Objects(new S3Client(), config.bucket)
const settings = readSettings(config.taskRoot)
const serve = owner({
  objects,
  labels: labelStore(objects, rulesOf(settings.labels)),
  table: dynamoTable(new DynamoDBClient(), config.table),
  settings,
  linkKeys: secretLinkKeys(new SecretsManagerClient(), config),
  siteUrl: config.siteUrl,
  page: packagedPage(config.taskRoot, 'owner', '/desk/owner'),
  closeBatch: lambdaCloseBatch(lambda, config.labelingFunction),
  settleAnswered: lambdaSettleAnswered(lambda, config.labelingFunction),
  log: new Logger({ serviceName: 'owner' }),
})

export const handler = (event: unknown) => serve(event, new Date())
