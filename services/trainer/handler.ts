import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { S3Client } from '@aws-sdk/client-s3'
import { SageMakerClient } from '@aws-sdk/client-sagemaker'
import { SQSClient } from '@aws-sdk/client-sqs'
import { trainingJobStateChange } from '../../events'
import { eventBridgeBus } from '../../shared/bus'
import { readConfig } from '../../shared/config'
import { door, on, onPut } from '../../shared/door'
import { ENGINES } from '../../shared/engines'
import { keys } from '../../shared/keys'
import { s3Objects } from '../../shared/objects'
import { sqsQueue } from '../../shared/queue'
import { readSettings } from '../../shared/settings'
import { dynamoTable } from '../../shared/table'
import { connectTrainers, TRAINER_ADAPTERS } from './trainers'
import { sageMakerJobs } from './trainers/sagemaker/jobs'
import { answerTrainer } from './answer'
import { finish } from './finish'
import type { LaunchPorts } from './launch'
import { trainerRequest } from './request'
import { startSoon } from './start'

const config = readConfig([
  'region',
  'stage',
  'bucket',
  'table',
  'bus',
  'taskRoot',
  'trainingRoleArn',
  'trainerQueueUrl',
])
const { stage } = config
const objects = s3Objects(new S3Client(), config.bucket)
const settings = readSettings(config.taskRoot)
const ports: LaunchPorts = {
  stage,
  objects,
  table: dynamoTable(new DynamoDBClient(), config.table),
  engines: ENGINES,
  trainers: connectTrainers(TRAINER_ADAPTERS, {
    stage,
    region: config.region,
    roleArn: config.trainingRoleArn,
    objects,
    jobs: sageMakerJobs(new SageMakerClient()),
    settings,
  }),
  publish: eventBridgeBus(new EventBridgeClient(), config.bus, 'trainer'),
  enqueue: sqsQueue(new SQSClient(), config.trainerQueueUrl),
  settings,
}

export const handler = door(
  'trainer',
  { schema: trainerRequest, work: (request, invocation) => answerTrainer(ports, request, invocation) },
  [
    onPut(keys.dataset, ({ dataset }, invocation) => startSoon(ports, dataset, invocation)),
    on(trainingJobStateChange, ({ TrainingJobName }, invocation) => finish(ports, TrainingJobName, invocation)),
  ],
)
