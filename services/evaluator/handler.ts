import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { S3Client } from '@aws-sdk/client-s3'
import { SageMakerClient } from '@aws-sdk/client-sagemaker'
import { s3Artefacts } from '../../shared/artefact'
import { eventBridgeBus } from '../../shared/bus'
import { readConfig } from '../../shared/config'
import { door, onPut } from '../../shared/door'
import { keys } from '../../shared/keys'
import { s3Objects } from '../../shared/objects'
import { readSettings } from '../../shared/settings'
import { evaluate } from './evaluate'
import { sageMakerRegistry } from './registry'
import { evaluatorRequest, respond } from './request'

const { region, stage, bucket, bus, taskRoot } = readConfig(['region', 'stage', 'bucket', 'bus', 'taskRoot'])
const objects = s3Objects(new S3Client(), bucket)
const ports = {
  objects,
  load: s3Artefacts(objects),
  publish: eventBridgeBus(new EventBridgeClient(), bus, 'evaluator'),
  gate: readSettings(taskRoot).gate,
  registry: sageMakerRegistry(new SageMakerClient(), stage),
  region,
}

export const handler = door(
  'evaluator',
  { schema: evaluatorRequest, work: (request, { now, log }) => respond({ ...ports, log })(request, now) },
  [onPut(keys.training, ({ job }, { now, log }) => evaluate({ ...ports, log })(job, now))],
)
