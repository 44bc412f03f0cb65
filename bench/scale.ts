import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { type Cloud, createCloud } from '../local/cloud'
import { ROOT } from '../local/root'
import { ownersBucket } from '../local/stores'
import { packModel } from '../shared/archive'
import { keys } from '../shared/keys'
import { type ChampionRecord, runRecord } from '../shared/records'
import { parseSettings } from '../shared/settings'
import { TEXT_VERSION } from '../shared/text'
import { makeModel } from './analyzer-world'
import { benchOptions } from './options'

const USAGE = `
node bin/run.mjs bench/scale.ts [--posts 50000,200000,500000]

How many posts a day can one Lambda function process? One day of one hashtag, from a file through collector, labelling and
analyzer: the packaged functions, each invocation in a process of its own with the heap that Lambda would give it, against the
embedded cloud. Half of the posts are distinct messages, three in ten are retweets and the rest near copies.

CPU time is that of the function and of Node's garbage collector; S3 and DynamoDB are other processes. A function with less than
1,769 MB gets a part of a core, so its time on Lambda is longer by that factor. The time of its requests, counted as sequential,
is added. Memory is measured by the operating system, including Buffers and WebAssembly.

  --posts N,…     numbers of posts, one run each
`

/** Yesterday, the day that the collector collects. */
const DAY = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)
const HASHTAG = 'aws'
/** Lambda's maximum duration of an invocation. */
const LIMIT_S = 900
/** The memory at which Lambda gives a whole core. */
const CORE_MB = 1769
/** About the latency of a request to S3 or DynamoDB within its region. */
const REQUEST_S = 0.008
/** Maximum ratio of a post's cost at the largest size to that at the smallest. */
const GROWTH = 1.3
const STAGES = ['collector', 'labeling', 'analyzer'] as const
type Stage = (typeof STAGES)[number]

const { values: options } = benchOptions(USAGE, { posts: { type: 'string', default: '50000,200000,500000' } })

const measured = z.object({
  cpuSeconds: z.number(),
  wallSeconds: z.number(),
  peakMb: z.number(),
  answer: z.string().optional(),
  error: z.string().optional(),
})

interface Used extends z.infer<typeof measured> {
  memoryMb: number
  requests: number
  /** An estimate for Lambda: the CPU time on its part of a core, and the requests. */
  lambdaSeconds: number
}

async function main(): Promise<void> {
  const sizes = options.posts.split(',').map(Number)
  const template = execFileSync(process.execPath, [path.join(ROOT, 'bin/package.mjs')], { encoding: 'utf8' }).trim()
  const model = await packModel(new Map([['model.bin', makeModel()]]))
  const days: { posts: number; used: Record<Stage, Used> }[] = []
  console.log('              posts   processor s  ms a thousand   peak MB of   requests  on Lambda s')
  for (const posts of sizes) days.push({ posts, used: await aDay(posts, template, model) })

  const isBroken = ({ error, peakMb, memoryMb, lambdaSeconds }: Used) =>
    error !== undefined || peakMb > memoryMb || lambdaSeconds > LIMIT_S
  const [first, last] = [days[0], days.at(-1)]
  const growths = STAGES.map((stage) => {
    if (!first || !last) return 1
    return last.used[stage].cpuSeconds / last.posts / (first.used[stage].cpuSeconds / first.posts)
  })
  console.log(`\na post at the last size against one at the first (to reach: at most ${GROWTH}):`)
  STAGES.forEach((stage, i) => console.log(`${stage.padEnd(10)} × ${growths[i]!.toFixed(2)}`))
  if (
    growths.some((growth) => growth > GROWTH) ||
    days.some(({ used }) => STAGES.some((stage) => isBroken(used[stage])))
  )
    process.exitCode = 1
}

/** One day with `posts` posts, on a cloud of its own. */
async function aDay(posts: number, template: string, model: Buffer): Promise<Record<Stage, Used>> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'bellwether-scale-'))
  const cloud = await createCloud({
    packageDir: path.dirname(template),
    template: withoutTriggers(template),
    stackName: 'bellwether-dev',
    dataDir,
    overlay: { 'bellwether.yml': settingsFor(posts) },
  })
  try {
    await prepare(cloud, posts, model)
    const collector = await invoke(cloud, 'collector', { hashtag: HASHTAG }, posts)
    const run = await runKey(cloud)
    const labeling = await invoke(cloud, 'labeling', { run }, posts)
    const analyzer = await invoke(cloud, 'analyzer', { hashtag: HASHTAG, date: DAY }, posts)
    await check(cloud, posts)
    return { collector, labeling, analyzer }
  } finally {
    await cloud.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

/** The packaged template without triggers that would invoke a function. */
function withoutTriggers(file: string): unknown {
  const template = z
    .looseObject({ Resources: z.record(z.string(), z.looseObject({ Type: z.string() })) })
    .parse(JSON.parse(readFileSync(file, 'utf8')))
  const stays = ([, { Type }]: [string, { Type: string }]) =>
    !['AWS::Events::Rule', 'AWS::Lambda::EventSourceMapping', 'AWS::Scheduler::Schedule'].includes(Type)
  return { ...template, Resources: Object.fromEntries(Object.entries(template.Resources).filter(stays)) }
}

/** The shipped settings, with one hashtag from a file and room for all its posts. */
function settingsFor(posts: number): string {
  const shippedText = readFileSync(path.join(ROOT, 'bellwether.yml'), 'utf8')
  const document = z.record(z.string(), z.unknown()).parse(parse(shippedText))
  const text = stringify({
    ...document,
    hashtags: [{ tag: HASHTAG, source: 'scale' }],
    sources: { scale: { type: 'file', file: 'scale.jsonl' } },
    caps: { ...parseSettings(shippedText).caps, posts: { perDay: posts, perMonth: posts } },
  })
  parseSettings(text)
  return text
}

/** Write the file of posts and a live model. */
async function prepare(cloud: Cloud, posts: number, model: Buffer): Promise<void> {
  const objects = ownersBucket(cloud)
  await objects.putStream(keys.source({ file: 'scale.jsonl' }), Readable.from(linesOf(posts)))
  const job = 'scale-1'
  await objects.put(keys.artefact({ job }), model)
  await objects.put(keys.champion({}), championOf(`s3://${objects.bucket}/${keys.artefact({ job })}`, job, model))
}

async function runKey(cloud: Cloud): Promise<string> {
  for await (const { key } of ownersBucket(cloud).list('raw/')) if (keys.run.match(key)) return key
  throw new Error('the collector stored no run')
}

/** Invoke a function in a process with the heap that Lambda gives it, and print its time and memory. */
async function invoke(cloud: Cloud, stage: Stage, event: object, posts: number): Promise<Used> {
  const fn = cloud.lambda.functions().find(({ name }) => name.endsWith(`-${stage}`))
  if (!fn) throw new Error(`there is no function ${stage}`)
  const { handler, folder, memoryMb } = fn
  const bundle = path.join(folder, `${handler.slice(0, handler.lastIndexOf('.'))}.js`)
  const before = cloud.calls.length
  const { accessKeyId, secretAccessKey, sessionToken } = cloud.credentialsFor(fn.role, fn.name)
  const child = spawn(
    process.execPath,
    [
      `--max-old-space-size=${Math.floor(0.9 * memoryMb)}`,
      path.join(ROOT, 'bench/scale-function.cjs'),
      bundle,
      handler.slice(handler.lastIndexOf('.') + 1),
      JSON.stringify(event),
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...fn.environment,
        PATH: process.env.PATH,
        AWS_LAMBDA_FUNCTION_NAME: fn.name,
        LAMBDA_TASK_ROOT: folder,
        AWS_REGION: cloud.region,
        AWS_ENDPOINT_URL: cloud.endpoint,
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_SESSION_TOKEN: sessionToken,
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      },
    },
  )
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  await new Promise((resolve) => child.on('close', resolve))

  const [, line] = /MEASURED (.*)/.exec(said) ?? []
  const found = line
    ? measured.parse(JSON.parse(line))
    : { cpuSeconds: NaN, wallSeconds: NaN, peakMb: Infinity, error: said.trim().split('\n').slice(-20).join('\n') }
  const requests = cloud.calls.length - before
  const lambdaSeconds = found.cpuSeconds / Math.min(1, memoryMb / CORE_MB) + requests * REQUEST_S
  console.log(
    `${stage.padEnd(10)} ${posts.toLocaleString('en').padStart(8)} ${found.cpuSeconds.toFixed(1).padStart(13)} ${((found.cpuSeconds * 1e6) / posts).toFixed(0).padStart(14)} ${found.peakMb.toFixed(0).padStart(9)} ${String(memoryMb).padEnd(5)} ${String(requests).padStart(7)} ${lambdaSeconds.toFixed(0).padStart(12)}`,
  )
  if (found.error !== undefined) console.log(`  FAILED: ${found.error}`)
  else if (found.peakMb > memoryMb) console.log(`  KILLED on Lambda: ${found.peakMb.toFixed(0)} MB of ${memoryMb}`)
  return { ...found, memoryMb, requests, lambdaSeconds }
}

/** Check that no post was lost: every one has a cascade and a prediction. */
async function check(cloud: Cloud, posts: number): Promise<void> {
  const objects = ownersBucket(cloud)
  const run = await objects.readJson(await runKey(cloud), runRecord)
  const lines = { cascades: 0, predictions: 0 }
  for (const name of ['cascades', 'predictions'] as const) {
    for await (const { key } of objects.list(`${name}/`)) {
      if (!key.endsWith('.csv')) continue
      for await (const line of objects.lines(key)) if (line.trim() !== '') lines[name] += 1
    }
    // The header.
    lines[name] -= 1
  }
  const found = { collected: run.posts, ...lines }
  if (Object.values(found).some((count) => count !== posts))
    console.log(`  LOST: of ${posts} posts ${JSON.stringify(found)}`)
}

/** A champion's record as the evaluator writes it. */
function championOf(uri: string, job: string, artefact: Buffer): string {
  const champion: ChampionRecord = {
    job,
    datasetId: '0'.repeat(16),
    engine: 'fasttext',
    artefact: uri,
    versionId: null,
    sha256: createHash('sha256').update(artefact).digest('hex'),
    labels: ['technical', 'marketing'],
    textVersion: TEXT_VERSION,
    schemaVersion: 1,
    labelStatus: 'ok',
    latestDate: DAY,
    provisional: false,
    temperature: 1,
    prior: null,
    promotedAt: `${DAY}T00:00:00.000Z`,
    replaces: null,
  }
  return JSON.stringify(champion)
}

/** Posts of a day as JSON Lines, in chunks of some thousand. */
function* linesOf(posts: number): Generator<string> {
  const random = seeded(posts)
  const pick = (most: number) => Math.floor(random() * most)
  const word = () => wordOf(Math.floor(random() ** 2 * 40_000))
  const messages: { id: string; text: string }[] = []
  let lines: string[] = []
  for (let n = 0; n < posts; n++) {
    const at = new Date(Date.parse(`${DAY}T00:00:00Z`) + Math.floor((n / posts) * 86_399_000)).toISOString()
    const kind = messages.length < 100 ? 0 : random()
    const id = String(2_060_000_000_000_000_000n + BigInt(n))
    // Earlier messages are repeated more often.
    const before = messages[Math.floor(random() ** 3 * messages.length)]
    let post: object
    if (kind < 0.5 || !before) {
      const text = `${Array.from({ length: 12 + pick(14) }, word).join(' ')} #${HASHTAG}`
      messages.push({ id, text })
      post = { id, text }
    } else if (kind < 0.8) post = { id, text: `RT @somebody: ${before.text}`, retweetOf: before.id }
    else post = { id, text: `${before.text} https://example.com/${pick(1e6)} ${wordOf(pick(40_000))}` }
    lines.push(
      `${JSON.stringify({ ...post, createdAt: at, author: String(pick(posts)), language: 'en', hashtag: HASHTAG })}\n`,
    )
    if (lines.length < 5000) continue
    yield lines.join('')
    lines = []
  }
  yield lines.join('')
}

const SYLLABLES = 'ba ce di fo gu ha ke li mo nu pa re si to vu wa ze cho sta dri'.split(' ')

/** A made-up word; the same for the same number. */
function wordOf(number: number): string {
  let [word, left] = ['', number + SYLLABLES.length]
  for (; left > 0; left = Math.floor(left / SYLLABLES.length)) word += SYLLABLES[left % SYLLABLES.length]
  return word
}

/** Random numbers from 0 to 1: mulberry32. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

void main()
