// The whole path on the emulators that test/foreign/run.sh started: deploy, collect, label, train, promote, report, smoke,
// remove. The argument is the folder of the project that is deployed.
import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import path from 'node:path'
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { GetFunctionConfigurationCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3'
import { GetQueueAttributesCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs'
import { ListModelPackageGroupsCommand, SageMakerClient } from '@aws-sdk/client-sagemaker'
import { z } from 'zod'
import { knowingJudge } from '../../local/replay/annotators'
import { answerAtDesk } from '../../local/replay/people'
import { readPosts } from '../../local/replay/posts'
import { keys, prefixes } from '../../shared/keys'
import { type Objects, s3Objects } from '../../shared/objects'
import { TABLE_NAMES, type TableName } from '../../shared/sql-tables/tables'
import { cardRecord, championRecord, reportIndexRecord } from '../../shared/records'
import { refusalIn } from '../../shared/refused'
import { readSettings } from '../../shared/settings'
import { DAY_MS, dayOf } from '../../shared/utc-day'

const STAGE = 'foreign'
const SMOKE = 'smoke-walk'
/** The posts of the first day of the sample and of some after it: enough for a day's batch and a first batch. */
const POSTS = 420

const [project = ''] = process.argv.slice(2)
const began = Date.now()
const lambda = new LambdaClient()

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})

async function main(): Promise<void> {
  const settings = readSettings(project)
  await run(project, 'npx', ['--no-install', 'sls', 'deploy', '--stage', STAGE])
  const { bucket, site } = await places()
  const objects = s3Objects(new S3Client(), bucket)
  say(`deployed: bucket ${bucket}, ${site}`)

  const { posts } = await readPosts(path.join(project, 'samples/posts/sample.jsonl'))
  const yesterday = dayOf(Date.now() - DAY_MS)
  const dated = posts.slice(0, POSTS).map((post, i) => ({ ...post, createdAt: timeOf(yesterday, i) }))
  await objects.put(
    keys.source({ file: 'sample.jsonl' }),
    dated.map((post) => `${JSON.stringify({ ...post, label: undefined })}\n`).join(''),
  )

  const { ready, findings } = z
    .object({ ready: z.boolean().nullable(), findings: z.array(z.object({ check: z.string(), verdict: z.string() })) })
    .parse(await ask('doctor', {}))
  say(`doctor: ready ${ready}; ${findings.map(({ check, verdict }) => `${check}: ${verdict}`).join('; ')}`)
  if (ready === false) throw new Error('the doctor finds something missing')

  for (const { tag } of settings.hashtags) await ask('collector', { hashtag: tag })
  say('collected')
  await until('the batch of the day', 60, () => objects.exists(keys.plan({ batch: yesterday })))
  say(`estimate: ${JSON.stringify(await ask('labeling', { estimate: true, bootstrap: 150 }))}`)
  say(`first batch: ${JSON.stringify(await ask('labeling', { bootstrap: 150 }))}`)

  const labels = settings.labels.categories.map(({ name }) => name)
  const judgements = await answerAtDesk(
    { endpoint: site, invoke },
    ['ana', 'ben', 'cyd'],
    knowingJudge(dated, labels, 0, 1),
  )
  say(`${judgements} judgements over HTTP`)

  const champion = await until('a champion', 180, () => championOf(objects))
  say(`live: ${champion.job}`)
  const days = await until('reports that count the labels', 90, async () => {
    const stored = await objects.read(keys.reportIndex({}))
    const index = stored && reportIndexRecord.parse(JSON.parse(stored.body.toString()))
    const reported = index?.days.filter(({ date, labels }) => date === yesterday && labels.batches.length > 0) ?? []
    return reported.length === settings.hashtags.length && reported
  })
  for (const { hashtag, date, day } of days) say(`report: #${hashtag} ${date} ${JSON.stringify(day.byMessages)}`)
  for (const request of [
    { text: 'Cold starts fell after we moved the client #aws' },
    { hashtag: 'aws', date: yesterday },
  ])
    say(`analyzer: ${JSON.stringify(await ask('analyzer', request)).slice(0, 300)}`)
  await sayToday()
  await readReport()
  await until('rows in every table', 60, async () => (await emptyTables(objects)).length === 0)
  for (const name of ['reconciler', 'labels'])
    say(`${name}: ${JSON.stringify(await ask(name, name === 'labels' ? { export: 'csv' } : {}))}`)
  await noDeadLetters()

  await run(process.cwd(), 'npm', ['run', '--silent', 'smoke', '--', '--stage', SMOKE])
  await nothingLeft(SMOKE)

  await run(project, 'npx', ['--no-install', 'sls', 'remove', '--stage', STAGE])
  await new DynamoDBClient().send(new DescribeTableCommand({ TableName: `bellwether-${STAGE}` }))
  if (!(await objects.exists(keys.champion({})))) throw new Error('sls remove took the champion with it')
  say('removed; bucket and table are there, as documented')
}

const timeOf = (date: string, i: number): string =>
  new Date(Date.parse(`${date}T01:00:00Z`) + i * 60_000 * 3).toISOString()

/** The champion, or undefined while the evaluation is under way; a rejected model is an error with its reasons. */
async function championOf(objects: Objects) {
  const stored = await objects.read(keys.champion({}))
  if (stored) return championRecord.parse(JSON.parse(stored.body.toString()))
  for await (const { key } of objects.list(prefixes.models)) {
    if (!keys.card.match(key)) continue
    const { job, verdict, reasons } = await objects.readJson(key, cardRecord)
    if (verdict === 'rejected') throw new Error(`${job} was rejected: ${reasons.join('; ')}`)
  }
  return undefined
}

/** The doctor's report on the day. */
async function sayToday(): Promise<void> {
  const { ready, words } = z
    .object({ ready: z.boolean().nullable(), words: z.array(z.string()) })
    .parse(await ask('doctor', { today: true }))
  say(`today: ready ${ready}\n${words.join('\n')}`)
  if (ready !== true) throw new Error('the doctor does not find the day well')
}

/** Tables for SQL without an object. No model was live when the posts were collected, so there are no predictions. */
async function emptyTables(objects: Objects): Promise<TableName[]> {
  const written = new Set<string>()
  for await (const { key } of objects.list('tables/')) written.add(key.split('/')[1] ?? '')
  return TABLE_NAMES.filter((name) => name !== 'predictions' && !written.has(name))
}

const invited = z.object({ url: z.url() })

/** The report page and its data, opened through a reader's link. */
async function readReport(): Promise<void> {
  const url = new URL(invited.parse(await ask('desk-invite', { reader: 'team' })).url)
  const page = await fetch(new URL(url.pathname, url))
  const entered = await fetch(new URL('/report/session', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: url.hash.slice(1) }),
  })
  const cookie = entered.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
  const data = await fetch(new URL('/report/data', url), { headers: { cookie } })
  const statuses = [page, entered, data].map(({ status }) => status)
  say(`report page, session, data: ${statuses.join(', ')}`)
  if (statuses.some((status) => status !== 200)) throw new Error(`the report answers ${statuses.join(', ')}`)
}

async function noDeadLetters(): Promise<void> {
  const sqs = new SQSClient()
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: `bellwether-${STAGE}-` }))
  for (const QueueUrl of QueueUrls.filter((url) => url.endsWith('-dead-letters'))) {
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
    )
    if (Attributes?.ApproximateNumberOfMessages !== '0')
      throw new Error(`${QueueUrl} has ${Attributes?.ApproximateNumberOfMessages} messages`)
  }
  say(`${QueueUrls.length} queues, no dead letter`)
}

/** Checks that smoke reports everything as removed. */
async function nothingLeft(stage: string): Promise<void> {
  const { Buckets = [] } = await new S3Client().send(new ListBucketsCommand({}))
  const { ModelPackageGroupSummaryList = [] } = await new SageMakerClient().send(new ListModelPackageGroupsCommand({}))
  const left = [
    ...Buckets.map(({ Name = '' }) => Name),
    ...ModelPackageGroupSummaryList.map(({ ModelPackageGroupName = '' }) => ModelPackageGroupName),
  ].filter((name) => name.includes(stage))
  if (left.length > 0) throw new Error(`smoke left ${left.join(', ')}`)
}

/** The stack's names, as its functions know them. */
async function places(): Promise<{ bucket: string; site: string }> {
  const { Environment } = await lambda.send(
    new GetFunctionConfigurationCommand({ FunctionName: `bellwether-${STAGE}-desk-invite` }),
  )
  return { bucket: Environment?.Variables?.BUCKET ?? '', site: Environment?.Variables?.SITE_URL ?? '' }
}

async function invoke(name: string, request: unknown): Promise<{ payload: string; functionError?: string }> {
  const { Payload, FunctionError } = await lambda.send(
    new InvokeCommand({ FunctionName: `bellwether-${STAGE}-${name}`, Payload: JSON.stringify(request) }),
  )
  const payload = Buffer.from(Payload ?? []).toString()
  return FunctionError === undefined ? { payload } : { payload, functionError: FunctionError }
}

async function ask(name: string, request: object): Promise<unknown> {
  const { payload, functionError } = await invoke(name, request)
  if (functionError !== undefined || refusalIn(payload) !== undefined) throw new Error(`${name} failed: ${payload}`)
  return JSON.parse(payload)
}

/** Polls once a second until there is a result. */
async function until<T>(what: string, seconds: number, look: () => Promise<T | false | undefined>): Promise<T> {
  const deadline = Date.now() + seconds * 1000
  while (Date.now() < deadline) {
    const found = await look()
    if (found) return found
    await sleep(1000)
  }
  throw new Error(`no ${what} after ${seconds} s`)
}

function run(cwd: string, command: string, argv: readonly string[]): Promise<void> {
  say([command, ...argv].join(' '))
  const child = spawn(command, argv, { cwd, stdio: ['ignore', 'inherit', 'inherit'] })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} ${argv.join(' ')} ended with ${code}`)),
    )
  })
}

function say(text: string): void {
  console.log(`foreign ${Math.round((Date.now() - began) / 1000)} s: ${text}`)
}
