import { Logger } from '@aws-lambda-powertools/logger'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { eventBridgeBus } from '../../shared/bus'
import { readConfig } from '../../shared/config'
import { dynamoTable } from '../../shared/table'
import { secretLinkKey } from '../../shared/web/link-key'
import { packagedPage } from '../../shared/web/pages'
import { serveDesk } from './desk'

const config = readConfig(['table', 'bus', 'annotatorLinkSecret', 'taskRoot'])

const serve = serveDesk({
  table: dynamoTable(new DynamoDBClient(), config.table),
  publish: eventBridgeBus(new EventBridgeClient(), config.bus, 'desk'),
  linkKey: secretLinkKey(new SecretsManagerClient(), config.annotatorLinkSecret),
  page: packagedPage(config.taskRoot, 'desk', '/desk'),
  log: new Logger({ serviceName: 'desk' }),
})

export const handler = (event: unknown) => serve(event, new Date())
