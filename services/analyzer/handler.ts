import { randomUUID } from 'node:crypto'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { S3Client } from '@aws-sdk/client-s3'
import { SQSClient } from '@aws-sdk/client-sqs'
import { s3Artefacts } from '../../shared/artefact'
import { eventBridgeBus } from '../../shared/bus'
import { readConfig } from '../../shared/config'
import { door, onPut } from '../../shared/door'
import { keys } from '../../shared/keys'
import { labelStore, rulesOf } from '../../shared/labels'
import { makeMemory } from '../../shared/memory'
import { s3Objects } from '../../shared/objects'
import { sqsQueue } from '../../shared/queue'
import { predictorOf, type ReadOpinions, readSecondOpinions } from '../../shared/second-opinions'
import { readSettings } from '../../shared/settings'
import { dynamoTable } from '../../shared/table'
import { analyze } from './analyze'
import { whenSettled } from './relabelled'
import { analyzerRequest, answerAnalyzer } from './request'
import { whenAsked } from './opinions-arrived'

/** Stored bytes. In memory facts take some five times as much, of the function's 2 GB. */
const MEMORY_BYTES = 32 * 2 ** 20

const config = readConfig(['bucket', 'bus', 'table', 'analyzerQueueUrl', 'taskRoot'])
const objects = s3Objects(new S3Client(), config.bucket)
const settings = readSettings(config.taskRoot)
const predictor = predictorOf(settings)
const categories = settings.labels.categories.map(({ name }) => name)
const opinions: ReadOpinions | undefined =
  predictor && ((names, date) => readSecondOpinions(objects, predictor, categories, names, date))
const ports = {
  objects,
  load: s3Artefacts(objects),
  publish: eventBridgeBus(new EventBridgeClient(), config.bus, 'analyzer'),
  enqueue: sqsQueue(new SQSClient(), config.analyzerQueueUrl),
  table: dynamoTable(new DynamoDBClient(), config.table),
  labels: labelStore(objects, rulesOf(settings.labels)),
  memory: makeMemory(MEMORY_BYTES),
  settings,
  opinions,
  owner: randomUUID,
}

export const handler = door('analyzer', { schema: analyzerRequest, work: answerAnalyzer(ports) }, [
  onPut(keys.run, (run, invocation) => analyze(ports)(run, invocation)),
  onPut(keys.settledManifest, ({ batch }) => whenSettled(ports)(batch)),
  onPut(keys.asked, (asked, invocation) => whenAsked(ports, predictor)(asked, invocation)),
])
