import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { S3Client } from '@aws-sdk/client-s3'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { SQSClient } from '@aws-sdk/client-sqs'
import { eventBridgeBus } from '../../shared/bus'
import { readConfig } from '../../shared/config'
import { door, onPut } from '../../shared/door'
import { keys } from '../../shared/keys'
import { s3Objects } from '../../shared/objects'
import { sqsQueue } from '../../shared/queue'
import { configured } from '../../shared/second-opinions'
import { readSettings } from '../../shared/settings'
import { dynamoTable } from '../../shared/table'
import type { AskDayPorts } from './ask-day'
import { connectModel } from './models'
import { predictorRequest, answerPredictor, whenPlanned } from './request'

const config = readConfig(['bucket', 'table', 'bus', 'taskRoot', 'predictorQueueUrl', 'llmSecret'])
const settings = readSettings(config.taskRoot)
const { options, prompt, predictor } = configured(settings)
const ports: AskDayPorts = {
  objects: s3Objects(new S3Client(), config.bucket),
  table: dynamoTable(new DynamoDBClient(), config.table),
  publish: eventBridgeBus(new EventBridgeClient(), config.bus, 'predictor'),
  enqueue: sqsQueue(new SQSClient(), config.predictorQueueUrl),
  ask: connectModel(options, prompt, { secrets: new SecretsManagerClient(), secretId: config.llmSecret }),
  pause,
  now: () => new Date(),
  settings,
  options,
  prompt,
  predictor,
  owner: randomUUID,
}

export const handler = door('predictor', { schema: predictorRequest, work: answerPredictor(ports) }, [
  onPut(keys.cascades, (day, invocation) => whenPlanned(ports)(day, invocation)),
])
