// `npm run smoke`: one stage on AWS, one training job, its model loaded, one page fetched, everything removed.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { inspect, parseArgs } from 'node:util'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { GetFunctionConfigurationCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { SageMakerClient } from '@aws-sdk/client-sagemaker'
import { printable } from '../packages/embedded-aws/src/printable'
import type { Examination } from '../services/doctor/examine'
import type { TrainingOutcome } from '../services/trainer/launch'
import { s3Artefacts } from '../shared/artefact'
import { keys, prefixes } from '../shared/keys'
import { type Objects, s3Objects } from '../shared/objects'
import { trainingRecord } from '../shared/records'
import { refusalIn } from '../shared/refused'
import { readSettings } from '../shared/settings'
import { plainText, TEXT_VERSION } from '../shared/text'
import { smokeLabels } from './smoke-labels'
import { missingForSmoke, uncheckedForSmoke } from './smoke-needs'
import { removeStage } from './smoke-removal'

const HELP = `npm run smoke -- [--region eu-west-1] [--stage smoke-xxxx] [--keep | --remove STAGE]

Deploys a stage of its own, has a model trained on made-up labels by the trainer of bellwether.yml, loads it, fetches
one page of the desk, and removes everything, also after a failure. Under a dollar. About ten minutes; a spot job may wait
an hour for capacity. Needs AWS credentials.

  --keep           leave the stage standing
  --remove STAGE   only remove what an earlier run left behind, as much of it as is still there`

/** A spot job may wait an hour for capacity, and then has one attempt on demand. */
const PATIENCE_MS = 100 * 60_000
/** S3 sends no events for about five minutes after they were enabled: after this, smoke calls the functions itself. */
const EVENT_PATIENCE_MS = 60_000

const values = options()
const { region, keep } = values
const stage = values.remove ?? values.stage
const s3 = new S3Client({ region })
const lambda = new LambdaClient({ region })

main().catch((error: unknown) => {
  console.error(printable(error instanceof Error ? error.message : String(error)))
  process.exitCode = 1
})

async function main(): Promise<void> {
  if (values.help) return console.log(HELP)
  if (values.remove) return remove()
  if (!stage.startsWith('smoke-'))
    throw new Error(`--stage ${stage}: smoke removes its stage, so the name must begin with smoke-`)
  const settings = readSettings(process.cwd())

  say(`stage ${stage} in ${region}; if this is interrupted: npm run smoke -- --region ${region} --remove ${stage}`)
  try {
    const { code } = await sls('deploy')
    if (code !== 0) throw new Error(`sls deploy ended with ${code}`)
    const { bucket, deskUrl } = await places()
    await examine()
    await train(bucket, settings.labels)
    await fetchPage(deskUrl)
    say('every step works')
  } catch (error) {
    console.error(printable(inspect(error)))
    process.exitCode = 1
  }
  if (!keep) await remove()
}

/** Fails early for a missing requirement, before later steps wait for it in vain. */
async function examine(): Promise<void> {
  // Where the doctor fails, its answer is an error instead of findings.
  const answer = await invoke<Partial<Examination>>('doctor', {})
  say(`doctor: ${JSON.stringify(answer)}`)
  const { findings } = answer
  if (!findings || missingForSmoke(findings).length > 0)
    throw new Error('the account lacks what the doctor names above: see docs/first-deploy.md')
  for (const { check, found } of uncheckedForSmoke(findings))
    say(`could not be checked before the deploy: ${check}: ${found}`)
}

async function train(bucket: string, labels: Parameters<typeof smokeLabels>[0]): Promise<void> {
  const objects = s3Objects(s3, bucket)
  const manifest = smokeLabels(labels, new Date().toISOString())
  const Key = keys.settledManifest({ batch: 'smoke' })
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: manifest }))

  say(`put ${Key}; waiting for a model`)
  const began = Date.now()
  const datasetId = await makeDataset(objects)
  const marker = await waitForModel(datasetId)
  const training = await objects.readJson(marker, trainingRecord)
  const { trainer, billableSeconds, costUsd } = training
  const { model, engine } = await s3Artefacts(objects)({ ...training, textVersion: TEXT_VERSION })
  const [scores] = await model.classify([plainText('how we moved the client out of the handler')])
  say(
    `${marker} after ${Math.round((Date.now() - began) / 1000)} s by ${trainer}: ${billableSeconds} s billed, $${costUsd}`,
  )
  say(`the ${engine.name} model knows ${model.labels.join(', ')} and answers ${JSON.stringify(scores)}`)
}

/** The dataset that the put should cause; without an event, smoke calls the formatter. */
async function makeDataset(objects: Objects): Promise<string> {
  const find = async () => {
    for await (const { key } of objects.list(prefixes.datasets)) {
      const found = keys.dataset.match(key)
      if (found) return found.dataset
    }
    return undefined
  }
  const byEvent = await waitFor(find, 5000, EVENT_PATIENCE_MS, 'the dataset that the put causes')
  if (byEvent !== undefined) return byEvent
  say('no event of S3 came yet: calling the formatter')
  return (await invoke<{ datasetId: string }>('formatter', {})).datasetId
}

/** Key of the record of the trained model. A training that is refused or fails ends the wait at once. */
async function waitForModel(datasetId: string): Promise<string> {
  let outcome = await invoke<TrainingOutcome>('trainer', { datasetId })
  const marker = await waitFor(
    async () => {
      say(`trainer: ${JSON.stringify(outcome)}`)
      if (outcome.status === 'trained') return keys.training(outcome)
      if (outcome.status !== 'started' && outcome.status !== 'running')
        throw new Error(`no model: the trainer answers ${JSON.stringify(outcome)}`)
      outcome = await invoke<TrainingOutcome>('trainer', { finish: outcome.job })
      return undefined
    },
    10_000,
    PATIENCE_MS,
    'the model',
  )
  if (marker === undefined)
    throw new Error(`nothing after ${PATIENCE_MS / 60_000} minutes; npx sls logs -f trainer --stage ${stage} says why`)
  return marker
}

async function fetchPage(url: string): Promise<void> {
  const { status } = await fetch(url)
  say(`GET ${url}: ${status}`)
  // Without a link the desk refuses; a 5xx would be a broken function.
  if (status >= 500) throw new Error(`${url} answers ${status}`)
}

/** Everything in the stage, including resources that CloudFormation keeps when a stack is removed. */
async function remove(): Promise<void> {
  if (!stage.startsWith('smoke-')) throw new Error(`${stage} is not a stage of smoke: its name must begin with smoke-`)
  say(`removing ${stage}`)
  const left = await removeStage({
    stage,
    region,
    s3,
    table: new DynamoDBClient({ region }),
    sagemaker: new SageMakerClient({ region }),
    removeStack,
    say,
  })
  for (const { what, why } of left) say(`STILL THERE: ${what}: ${why}`)
  if (left.length > 0)
    throw new Error(`${left.length} left: remove them, then npm run smoke -- --region ${region} --remove ${stage}`)
  say('all of it is removed; log groups of SageMaker, /aws/sagemaker/TrainingJobs, are left and cost nothing')
}

async function removeStack(): Promise<boolean> {
  const { code, said } = await sls('remove')
  if (code === 0) return true
  if (/stack .* does not exist/i.test(said)) return false
  throw new Error(`sls remove ended with ${code}`)
}

/** The name of the stack, as its functions know it. */
async function places(): Promise<{ bucket: string; table: string; deskUrl: string }> {
  const { Environment } = await lambda.send(
    new GetFunctionConfigurationCommand({ FunctionName: `bellwether-${stage}-desk-invite` }),
  )
  const { BUCKET = '', TABLE = '', SITE_URL = '' } = Environment?.Variables ?? {}
  return { bucket: BUCKET, table: TABLE, deskUrl: `${SITE_URL}/desk` }
}

/** The answer of a function of the stage. */
async function invoke<T>(name: string, request: object): Promise<T> {
  const { Payload, FunctionError } = await lambda.send(
    new InvokeCommand({ FunctionName: `bellwether-${stage}-${name}`, Payload: JSON.stringify(request) }),
  )
  const answer = Buffer.from(Payload ?? []).toString()
  if (FunctionError || refusalIn(answer) !== undefined) throw new Error(`${name} failed: ${answer}`)
  // The functions of this repository answer with their declared types.
  return JSON.parse(answer) as T
}

/** Run the framework, show its output, and return it. */
function sls(verb: 'deploy' | 'remove'): Promise<{ code: number | null; said: string }> {
  const child = spawn('npx', ['--no-install', 'sls', verb, '--stage', stage, '--region', region], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const [from, to] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ] as const) {
    from.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      to.write(chunk)
    })
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, said }))
  })
}

/** What `look` finds; undefined after so long. Prints every ten seconds that it waits. */
async function waitFor<T>(
  look: () => Promise<T | undefined>,
  everyMs: number,
  forMs: number,
  what: string,
): Promise<T | undefined> {
  const began = Date.now()
  const tell = setInterval(
    () => say(`waiting for ${what} (${Math.round((Date.now() - began) / 1000)} s of at most ${forMs / 1000} s)`),
    10_000,
  )
  try {
    while (Date.now() < began + forMs) {
      const found = await look()
      if (found !== undefined) return found
      await sleep(everyMs)
    }
    return undefined
  } finally {
    clearInterval(tell)
  }
}

function say(text: string): void {
  console.log(printable(`smoke: ${text}`))
}

function options() {
  try {
    return parseArgs({
      options: {
        region: { type: 'string', default: 'eu-west-1' },
        stage: { type: 'string', default: `smoke-${randomBytes(2).toString('hex')}` },
        keep: { type: 'boolean', default: false },
        remove: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    console.error(printable(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`))
    process.exit(2)
  }
}
