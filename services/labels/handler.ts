import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { readConfig } from '../../shared/config'
import { door } from '../../shared/door'
import { labelStore, rulesOf } from '../../shared/labels'
import { s3Objects } from '../../shared/objects'
import { readSettings } from '../../shared/settings'
import { dynamoTable } from '../../shared/table'
import { askTombstones, secretMarks } from '../../shared/tombstones'
import { answerLabels } from './labels'
import { labelsRequest } from './request'

const config = readConfig(['bucket', 'table', 'taskRoot', 'tombstoneSecret'])

const objects = s3Objects(new S3Client(), config.bucket)
const settings = readSettings(config.taskRoot)
const table = dynamoTable(new DynamoDBClient(), config.table)
const work = answerLabels({
  objects,
  labels: labelStore(objects, rulesOf(settings.labels)),
  table,
  tombstones: askTombstones(table, secretMarks(new SecretsManagerClient(), config.tombstoneSecret)),
  settings,
})

export const handler = door('labels', { schema: labelsRequest, work }, [])
