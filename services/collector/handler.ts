import { randomUUID } from 'node:crypto'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { S3Client } from '@aws-sdk/client-s3'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { SQSClient } from '@aws-sdk/client-sqs'
import { eventBridgeBus } from '../../shared/bus'
import { readConfig } from '../../shared/config'
import { door } from '../../shared/door'
import { s3Objects } from '../../shared/objects'
import { sqsQueue } from '../../shared/queue'
import { readSettings } from '../../shared/settings'
import { dynamoTable } from '../../shared/table'
import { askTombstones, secretMarks } from '../../shared/tombstones'
import { answerCollector, collectorRequest } from './request'
import { presenceFor, sourceFor } from './sources'

const config = readConfig([
  'bucket',
  'table',
  'bus',
  'taskRoot',
  'collectorQueueUrl',
  'sourceSecrets',
  'tombstoneSecret',
])
const settings = readSettings(config.taskRoot)
const objects = s3Objects(new S3Client(), config.bucket)
const table = dynamoTable(new DynamoDBClient(), config.table)
const secrets = new SecretsManagerClient()
const marks = secretMarks(secrets, config.tombstoneSecret)

const openSource = sourceFor({ objects, secrets, secretIds: config.sourceSecrets, nowMs: Date.now }, settings)

export const handler = door(
  'collector',
  {
    schema: collectorRequest,
    work: answerCollector({
      objects,
      table,
      publish: eventBridgeBus(new EventBridgeClient(), config.bus, 'collector'),
      enqueue: sqsQueue(new SQSClient(), config.collectorQueueUrl),
      openSource,
      openPresence: presenceFor(openSource, settings),
      tombstones: askTombstones(table, marks),
      marks,
      requestsPerDay: settings.retention.presenceRequestsPerDay,
      settings,
      caps: settings.caps,
      languages: settings.languages,
      newOwner: randomUUID,
    }),
  },
  [],
)
