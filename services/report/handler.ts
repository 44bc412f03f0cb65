import { Logger } from '@aws-lambda-powertools/logger'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { readConfig } from '../../shared/config'
import { s3Objects } from '../../shared/objects'
import { readSettings } from '../../shared/settings'
import { dynamoTable } from '../../shared/table'
import { secretLinkKey } from '../../shared/web/link-key'
import { packagedPage } from '../../shared/web/pages'
import { report } from './report'

const config = readConfig(['bucket', 'table', 'readerLinkSecret', 'taskRoot'])

const serve = report({
  objects: s3Objects(new S3Client(), config.bucket),
  table: dynamoTable(new DynamoDBClient(), config.table),
  settings: readSettings(config.taskRoot),
  linkKey: secretLinkKey(new SecretsManagerClient(), config.readerLinkSecret),
  page: packagedPage(config.taskRoot, 'report', '/report'),
  log: new Logger({ serviceName: 'report' }),
})

export const handler = (event: unknown) => serve(event, new Date())
