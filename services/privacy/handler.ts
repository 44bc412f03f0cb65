import { randomUUID } from 'node:crypto'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { readConfig } from '../../shared/config'
import { door } from '../../shared/door'
import { s3Objects } from '../../shared/objects'
import { readSettings } from '../../shared/settings'
import { namesOf, watchedStreams } from '../../shared/streams'
import { dynamoTable } from '../../shared/table'
import { secretMarks } from '../../shared/tombstones'
import { answerPrivacy } from './privacy'
import { privacyRequest } from './request'
import { s3Versions } from './versions'

const config = readConfig(['bucket', 'table', 'taskRoot', 'tombstoneSecret'])
const settings = readSettings(config.taskRoot)
const client = new S3Client()

const work = answerPrivacy({
  objects: s3Objects(client, config.bucket),
  bucket: s3Versions(client, config.bucket),
  table: dynamoTable(new DynamoDBClient(), config.table),
  marks: secretMarks(new SecretsManagerClient(), config.tombstoneSecret),
  streams: watchedStreams(settings).map((stream) => namesOf(settings, stream)),
  retentionDays: settings.retention.days,
  newOwner: randomUUID,
})

export const handler = door('privacy', { schema: privacyRequest, work }, [])
