// `npm run smoke`: one stage on AWS, one training job, its model loaded, one page fetched, everything removed.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { GetFunctionConfigurationCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import {
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import type { Examination } from '../services/doctor/examine'
import { s3Artefacts } from '../shared/artefact'
import { keys, prefixes } from '../shared/keys'
import { s3Objects } from '../shared/objects'
import { trainingRecord } from '../shared/records'
import { readSettings } from '../shared/settings'
import { plainText, TEXT_VERSION } from '../shared/text'
import { smokeLabels } from './smoke-labels'
import { missingForSmoke } from './smoke-needs'

const HELP = `npm run smoke -- [--region eu-west-1] [--stage smoke-xxxx] [--keep | --remove STAGE]

Deploys a stage of its own, has a model trained on made-up labels by the trainer of bellwether.yml, loads it, fetches
one page of the desk, and removes everything, also after a failure. Under a dollar, about ten minutes. Needs AWS credentials.

  --keep           leave the stage standing
  --remove STAGE   only remove a stage that an earlier run left behind`

/** A spot job may wait an hour for capacity, and then has one attempt on demand. */
const PATIENCE_MS = 100 * 60_000

const { values } = parseArgs({
  options: {
    region: { type: 'string', default: 'eu-west-1' },
    stage: { type: 'string', default: `smoke-${randomBytes(2).toString('hex')}` },
    keep: { type: 'boolean', default: false },
    remove: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
const { region, keep } = values
const stage = values.remove ?? values.stage
const s3 = new S3Client({ region })
const lambda = new LambdaClient({ region })

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})

async function main(): Promise<void> {
  if (values.help) return console.log(HELP)
  if (values.remove) return remove()
  if (!stage.startsWith('smoke-'))
    throw new Error(`--stage ${stage}: it will be removed, so its name has to begin with smoke-`)
  const settings = readSettings(process.cwd())

  say(`stage ${stage} in ${region}; if this is interrupted: npm run smoke -- --region ${region} --remove ${stage}`)
  try {
    await sls('deploy')
    const { bucket, deskUrl } = await places()
    await examine()
    await train(bucket, settings.labels)
    await fetchPage(deskUrl)
    say('all of it works')
  } catch (error) {
    console.error(error)
    process.exitCode = 1
  }
  if (!keep) await remove()
}

/** Fails for what would make the rest wait in vain. */
async function examine(): Promise<void> {
  const { Payload } = await lambda.send(
    new InvokeCommand({ FunctionName: `bellwether-${stage}-doctor`, Payload: '{}' }),
  )
  const answer = Buffer.from(Payload ?? []).toString()
  say(`doctor: ${answer}`)
  // Where the doctor fails, its error comes in the place of findings.
  const { findings }: Partial<Examination> = JSON.parse(answer)
  if (!findings || missingForSmoke(findings).length > 0)
    throw new Error('the doctor says what is missing; see docs/first-deploy.md')
}

async function train(bucket: string, labels: Parameters<typeof smokeLabels>[0]): Promise<void> {
  const objects = s3Objects(s3, bucket)
  const manifest = smokeLabels(labels, new Date().toISOString())
  const Key = keys.settledManifest({ batch: 'smoke' })
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: manifest }))

  say(`put ${Key}; waiting for a model`)
  const began = Date.now()
  const marker = await waitFor(async () => {
    for await (const { key } of objects.list(prefixes.models)) if (keys.training.match(key)) return key
    return undefined
  })
  const training = await objects.readJson(marker, trainingRecord)
  const { trainer, billableSeconds, costUsd } = training
  const { model, engine } = await s3Artefacts(objects)({ ...training, textVersion: TEXT_VERSION })
  const [scores] = await model.classify([plainText('how we moved the client out of the handler')])
  say(
    `${marker} after ${Math.round((Date.now() - began) / 1000)} s by ${trainer}: ${billableSeconds} s billed, $${costUsd}`,
  )
  say(`the ${engine.name} model knows ${model.labels.join(', ')} and answers ${JSON.stringify(scores)}`)
}

async function fetchPage(url: string): Promise<void> {
  const { status } = await fetch(url)
  say(`GET ${url}: ${status}`)
  // Without a link in hand the desk refuses; a 5xx would be a broken function.
  if (status >= 500) throw new Error(`${url} answers ${status}`)
}

/** The stack, and what CloudFormation keeps when a stack goes: the bucket and the table. */
async function remove(): Promise<void> {
  if (!stage.startsWith('smoke-')) throw new Error(`${stage} is no stage of smoke's`)
  say(`removing ${stage}`)
  const made = await places().catch(() => undefined)
  if (made) await empty(made.bucket)
  await sls('remove')
  // A deployment that failed on the way has taken its bucket and table with it.
  if (made) {
    await s3.send(new DeleteBucketCommand({ Bucket: made.bucket }))
    await new DynamoDBClient({ region }).send(new DeleteTableCommand({ TableName: made.table }))
  }
  say('removed; log groups of SageMaker, /aws/sagemaker/TrainingJobs, are left and cost nothing')
}

/** Every version of every object, so that the bucket can go. */
async function empty(bucket: string): Promise<void> {
  for (;;) {
    const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket }))
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }))
    if (Objects.length === 0) return
    await s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }))
  }
}

/** What the stack is called by, as its functions know it. */
async function places(): Promise<{ bucket: string; table: string; deskUrl: string }> {
  const { Environment } = await lambda.send(
    new GetFunctionConfigurationCommand({ FunctionName: `bellwether-${stage}-desk-invite` }),
  )
  const { BUCKET = '', TABLE = '', SITE_URL = '' } = Environment?.Variables ?? {}
  return { bucket: BUCKET, table: TABLE, deskUrl: `${SITE_URL}/desk` }
}

function sls(verb: 'deploy' | 'remove'): Promise<void> {
  const child = spawn('npx', ['--no-install', 'sls', verb, '--stage', stage, '--region', region], { stdio: 'inherit' })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`sls ${verb} ended with ${code}`))))
  })
}

async function waitFor<T>(look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS
  while (Date.now() < deadline) {
    const found = await look()
    if (found !== undefined) return found
    await sleep(15_000)
  }
  throw new Error(`nothing after ${PATIENCE_MS / 60_000} minutes; npx sls logs -f trainer --stage ${stage} says why`)
}

function say(text: string): void {
  console.log(`smoke: ${text}`)
}
