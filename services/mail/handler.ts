import { randomUUID } from 'node:crypto'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { SNSClient } from '@aws-sdk/client-sns'
import { readConfig } from '../../shared/config'
import { door, onPut } from '../../shared/door'
import { keys } from '../../shared/keys'
import { s3Objects } from '../../shared/objects'
import { readSettings } from '../../shared/settings'
import { dynamoTable } from '../../shared/table'
import { snsTopic } from '../../shared/topic'
import { type MailPorts, whenDecided } from './mail-week'
import { mailRequest, answerMailRequest } from './request'

const config = readConfig(['stage', 'bucket', 'table', 'taskRoot', 'mailTopic', 'siteUrl'])
const ports: MailPorts = {
  objects: s3Objects(new S3Client(), config.bucket),
  table: dynamoTable(new DynamoDBClient(), config.table),
  send: snsTopic(new SNSClient(), config.mailTopic),
  settings: readSettings(config.taskRoot),
  stage: config.stage,
  site: config.siteUrl,
  owner: randomUUID,
}

export const handler = door('mail', { schema: mailRequest, work: answerMailRequest(ports) }, [
  onPut(keys.movedShares, ({ week }, invocation) => whenDecided(ports)(week, invocation)),
])
