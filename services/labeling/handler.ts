import { setTimeout } from 'node:timers/promises'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { S3Client } from '@aws-sdk/client-s3'
import { SageMakerClient } from '@aws-sdk/client-sagemaker'
import { batchAnswered, labelingJobStateChange } from '../../events'
import { s3Artefacts } from '../../shared/artefact'
import { eventBridgeBus } from '../../shared/bus'
import { readConfig } from '../../shared/config'
import { door, on, onPut } from '../../shared/door'
import { keys } from '../../shared/keys'
import { labelStore, rulesOf } from '../../shared/labels'
import { makeMemory, remembering } from '../../shared/memory'
import { s3Objects } from '../../shared/objects'
import { readSettings } from '../../shared/settings'
import { streamOf } from '../../shared/sql-tables/stream'
import { dynamoTable } from '../../shared/table'
import { answerLabeling } from './label'
import { labellersOf } from './labellers'
import { onJobEnded } from './labellers/ground-truth/job-ended'
import { labelingRequest } from './request'
import { settleBatch } from './settle'
import { onRun } from './start'

const config = readConfig(['region', 'stage', 'bucket', 'table', 'bus', 'taskRoot', 'labelingRoleArn'])
const settings = readSettings(config.taskRoot)
/** Such objects are written once; the texts of a month are read for every batch. */
const UNCHANGING = [
  keys.knownTexts,
  keys.importedTexts,
  keys.run,
  keys.plan,
  keys.judgements,
  keys.judgementsSoFar,
  keys.quality,
]
/** Of the function's 2 GB. */
const MEMORY_BYTES = 128 * 2 ** 20
const objects = remembering(s3Objects(new S3Client(), config.bucket), makeMemory(MEMORY_BYTES), UNCHANGING)
const table = dynamoTable(new DynamoDBClient(), config.table)
const { region, stage, bucket, labelingRoleArn: roleArn } = config
const place = { region, stage, bucket, roleArn }
const ports = {
  objects,
  table,
  load: s3Artefacts(objects),
  publish: eventBridgeBus(new EventBridgeClient(), config.bus, 'labeling'),
  settings,
  stream: (hashtag: string) => streamOf(settings, hashtag),
  labels: labelStore(objects, rulesOf(settings.labels)),
  stage,
  pause: (ms: number) => setTimeout(ms),
  labellers: labellersOf({ sageMaker: new SageMakerClient(), objects, table, place, settings }),
}

export const handler = door('labeling', { schema: labelingRequest, work: answerLabeling(ports) }, [
  onPut(keys.run, onRun(ports)),
  // Only a hint: the manifest is rewritten while the job runs.
  onPut(keys.jobManifest, ({ batch }, { now }) => settleBatch(ports)(batch, now)),
  on(labelingJobStateChange, (_, { now }, { resources }) => onJobEnded(stage, settleBatch(ports))(resources[0], now)),
  on(batchAnswered, ({ batch }, { now }) => settleBatch(ports)(batch, now)),
])
