import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { S3Client } from '@aws-sdk/client-s3'
import { z } from 'zod'
import { readConfig } from '../../shared/config'
import { door } from '../../shared/door'
import { s3Objects } from '../../shared/objects'
import { readSettings } from '../../shared/settings'
import { dynamoTable } from '../../shared/table'
import { lambdaInvoke } from './invoke'
import { reconcile } from './reconcile'

const config = readConfig([
  'bucket',
  'table',
  'taskRoot',
  'collectorFunction',
  'labelingFunction',
  'formatterFunction',
  'trainerFunction',
  'evaluatorFunction',
  'analyzerFunction',
  'privacyFunction',
])
const work = reconcile({
  objects: s3Objects(new S3Client(), config.bucket),
  table: dynamoTable(new DynamoDBClient(), config.table),
  settings: readSettings(config.taskRoot),
  invoke: lambdaInvoke(new LambdaClient(), {
    collector: config.collectorFunction,
    labeling: config.labelingFunction,
    formatter: config.formatterFunction,
    trainer: config.trainerFunction,
    evaluator: config.evaluatorFunction,
    analyzer: config.analyzerFunction,
    privacy: config.privacyFunction,
  }),
})

export const handler = door('reconciler', { schema: z.strictObject({}), work: (_, invocation) => work(invocation) }, [])
