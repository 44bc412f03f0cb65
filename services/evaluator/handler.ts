import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { S3Client } from '@aws-sdk/client-s3'
import { SageMakerClient } from '@aws-sdk/client-sagemaker'
import { s3Artefacts } from '../../shared/artefact'
import { eventBridgeBus } from '../../shared/bus'
import { readConfig } from '../../shared/config'
import { door, onPut } from '../../shared/door'
import { keys } from '../../shared/keys'
import { makeMemory, remembering } from '../../shared/memory'
import { s3Objects } from '../../shared/objects'
import { predictorOf } from '../../shared/second-opinions'
import { readSettings } from '../../shared/settings'
import { evaluate } from './evaluate'
import { sageMakerRegistry } from './registry'
import { evaluatorRequest, answerEvaluator } from './request'

const { region, stage, bucket, bus, taskRoot } = readConfig(['region', 'stage', 'bucket', 'bus', 'taskRoot'])
/**
 * These objects do not change, except for a card's count of deleted messages, which is not read here. A card sums up
 * the plans and qualities of all batches, and names the model that it was compared with.
 */
const UNCHANGING = [keys.plan, keys.quality, keys.run, keys.card]
/** Of the function's 2 GB. */
const MEMORY_BYTES = 128 * 2 ** 20
const objects = remembering(s3Objects(new S3Client(), bucket), makeMemory(MEMORY_BYTES), UNCHANGING)
const settings = readSettings(taskRoot)
const predictor = predictorOf(settings)
const ports = {
  objects,
  load: s3Artefacts(objects),
  publish: eventBridgeBus(new EventBridgeClient(), bus, 'evaluator'),
  gate: settings.gate,
  second: predictor && { predictor, settings },
  registry: sageMakerRegistry(new SageMakerClient(), stage),
  region,
}

export const handler = door(
  'evaluator',
  { schema: evaluatorRequest, work: (request, { now, log }) => answerEvaluator({ ...ports, log })(request, now) },
  [onPut(keys.training, ({ job }, { now, log }) => evaluate({ ...ports, log })(job, now))],
)
