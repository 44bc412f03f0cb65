import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { S3Client } from '@aws-sdk/client-s3'
import { z } from 'zod'
import { eventBridgeBus } from '../../shared/bus'
import { readConfig } from '../../shared/config'
import { door, onPut } from '../../shared/door'
import { keys } from '../../shared/keys'
import { labelStore, rulesOf } from '../../shared/labels'
import { s3Objects } from '../../shared/objects'
import { readSettings } from '../../shared/settings'
import { streamOf } from '../../shared/sql-tables/stream'
import { format } from './format'

const config = readConfig(['bucket', 'bus', 'taskRoot'])
const objects = s3Objects(new S3Client(), config.bucket)
const settings = readSettings(config.taskRoot)
const work = format({
  objects,
  publish: eventBridgeBus(new EventBridgeClient(), config.bus, 'formatter'),
  settings,
  stream: (hashtag: string) => streamOf(settings, hashtag),
  labels: labelStore(objects, rulesOf(settings.labels)),
})

export const handler = door('formatter', { schema: z.strictObject({}), work: (_, invocation) => work(invocation) }, [
  onPut(keys.settledManifest, (_, invocation) => work(invocation)),
])
