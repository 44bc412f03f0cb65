import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { readForm } from '../protocol/query'
import type { AwsRequest } from '../service'
import { s3Input } from './s3-input'

/** Writes a request as the SDK command's input. */
export type Record = (operation: string, request: AwsRequest) => void

/** Records into `folder`: `<n>.<service>.<Operation>.json`, numbered in the order of the answers. */
export function recorder(folder: string): Record {
  mkdirSync(folder, { recursive: true })
  let n = 0
  return (operation, request) => {
    n += 1
    const file = path.join(folder, `${n}.${request.service}.${operation}.json`)
    writeFileSync(file, `${JSON.stringify(inputOf(operation, request), null, 2)}\n`)
  }
}

/** The SDK command's input. In the JSON protocols it is the body; for the others it is put together. */
function inputOf(operation: string, request: AwsRequest): unknown {
  if (request.service === 's3') return s3Input(operation, request)
  if (request.service === 'lambda') return lambdaInput(request)
  if (request.service === 'bedrock') return bedrockInput(request)
  // All fields of the supported operations are strings.
  if (request.service === 'sns') return readForm(request).input
  return JSON.parse(request.body.toString('utf8') || '{}')
}

/** The SDK's name for the last part of a Bedrock path, by the first part. */
const BEDROCK_IDS: { [kind: string]: string } = {
  model: 'modelId',
  'foundation-models': 'modelIdentifier',
  'foundation-model-availability': 'modelId',
  'inference-profiles': 'inferenceProfileIdentifier',
}

function bedrockInput({ path: url, body }: AwsRequest): object {
  const [, kind = '', id] = url.split('/')
  const name = BEDROCK_IDS[kind]
  return { ...(name && id && { [name]: decodeURIComponent(id) }), ...JSON.parse(body.toString('utf8') || '{}') }
}

function lambdaInput({ path: url, headers, body }: AwsRequest): object {
  const name = /\/functions\/([^/]+)/.exec(url)?.[1]
  const type = headers['x-amz-invocation-type']
  return {
    ...(name && { FunctionName: decodeURIComponent(name) }),
    ...(type && { InvocationType: type }),
    ...(body.length > 0 && { Payload: { length: body.length } }),
  }
}
