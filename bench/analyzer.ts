import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { type Cloud, createCloud } from '../local/cloud'
import { ownersBucket } from '../local/stores'
import { ROOT } from '../local/root'
import { GB_SECOND_USD } from '../services/doctor/costs'
import { classify, type Champion } from '../services/analyzer/facts/classify'
import { packModel } from '../shared/archive'
import { classifierOf } from './fasttext-classifier'
import { readModel } from '../packages/fasttext/src'
import { keys } from '../shared/keys'
import type { ChampionRecord } from '../shared/records'
import { TEXT_VERSION } from '../shared/text'
import { postsOfWeek, reportWeek } from './analyzer-week'
import { bucketOf, makeModel } from './analyzer-world'
import { benchOptions } from './options'

const USAGE = `
node bin/run.mjs bench/analyzer.ts [--posts 10000,100000,1000000,5000000] [--runs 3]

What does classifying posts in the function cost, compared with an endpoint that is always on?

Runs the service's own code with a model of 200,000 buckets: from pages of CSV to the uploaded file of predictions, and from
predictions and cascades to the report of a day. The six earlier days of that week have as many posts each, up to 220,000.
Each size runs in a process of its own, on one core where taskset is available. Posts are made up and streamed. The rate
counts all posts that were read, those of the earlier days too.

Peak memory is measured by the operating system. Node lets its heap grow before it collects garbage, the more the longer it
runs. So each size also runs in a small heap, with forty forced collections: the most memory that is held after one of them
is what the work needs.

  --posts N,…     numbers of posts, one run each
  --runs N        runs of each size; the median counts
  --collect       force a garbage collection now and then while a child works
`

const { values: options, positionals } = benchOptions(
  USAGE,
  {
    posts: { type: 'string', default: '10000,100000,1000000,5000000' },
    runs: { type: 'string', default: '3' },
    /** Whether a child forces garbage collections while it works, to measure the memory that it retains. */
    collect: { type: 'boolean', default: false },
  },
  { positionals: true },
)

/** On-demand prices of us-east-1, from https://aws.amazon.com/lambda/pricing/, /s3/pricing/ and /sagemaker/ai/pricing/. */
const PRICES = {
  gbSecond: GB_SECOND_USD,
  millionRequests: 0.2,
  thousandGets: 0.0004,
  thousandPuts: 0.005,
  /** The smallest instance for real-time inference that is always on and not burstable. */
  endpoint: 'ml.m5.large',
  endpointHour: 0.115,
}
/** The analyzer's memory in serverless.yml. Lambda gives a whole core at 1,769 MB. */
const FUNCTION_GB = 2
/** Posts of one run of the collector, and so of one invocation of the analyzer. */
const RUN_POSTS = 2000
/** Posts of a page: X's maximum. */
const PAGE = 100

interface Measured {
  posts: number
  seconds: number
  /** Maximum resident memory. */
  peakMb: number
  /** Maximum heap after a garbage collection, at the end or during the work. */
  heldMb: number
}

/** The measured steps of the analyzer, each with a small heap for it. */
const STEPS = {
  classify: {
    what: 'classifying a run',
    heapMb: 64,
    most: Infinity,
    posts: (posts: number) => posts,
    run: classifyRun,
  },
  // The ids of a day's posts stay in memory, so that a post of two runs counts once.
  report: {
    what: 'counting and reporting a day and its week',
    heapMb: 896,
    most: 1e6,
    posts: postsOfWeek,
    run: (posts: number, _model: Champion, onPosts: (count: number) => void) => reportWeek(posts, onPosts),
  },
}
type Step = keyof typeof STEPS

/** Forced garbage collections while a child works. */
const COLLECTIONS = 40

async function main(): Promise<void> {
  const [step, model, posts] = positionals
  if ((step === 'classify' || step === 'report') && model) return print(await measure(step, model, Number(posts)))
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-analyzer-'))
  try {
    const file = path.join(folder, 'model.bin')
    writeFileSync(file, makeModel())
    console.log(
      `node ${process.version}, ${cpus()[0]?.model}, one core; model.bin ${megabytes(readFileSync(file).length)}`,
    )
    const million = throughput('classify', file)
    throughput('report', file)
    costs(million)
    await firstAnswer(folder, file)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const print = (measured: Measured) => console.log(JSON.stringify(measured))

/** Print the measurements of a step. Returns its posts a second for the largest number of posts. */
function throughput(step: Step, model: string): number {
  const { what, heapMb, most } = STEPS[step]
  const sizes = options.posts
    .split(',')
    .map(Number)
    .filter((posts) => posts <= most)
  const largest = Math.max(...sizes)
  const rows: { posts: number; speed: number; peak: number; small: number; held: number }[] = []
  console.log(`\n${what}`)
  console.log(`     posts  seconds  posts a second  peak memory  in a heap of ${heapMb} MB  held meanwhile`)
  for (const posts of sizes) {
    // The largest size runs once, because it takes minutes.
    const runs = posts === largest && sizes.length > 1 ? 1 : Number(options.runs)
    const measured = Array.from({ length: runs }, () => child(step, model, posts))
    const seconds = median(measured.map((one) => one.seconds))
    const peak = median(measured.map(({ peakMb }) => peakMb))
    const { peakMb: small, heldMb: held } = child(step, model, posts, heapMb)
    const speed = STEPS[step].posts(posts) / seconds
    rows.push({ posts, speed, peak, small, held })
    console.log(
      `${String(posts).padStart(10)} ${seconds.toFixed(1).padStart(8)} ${speed.toFixed(0).padStart(15)} ${peak.toFixed(0).padStart(9)} MB ${small.toFixed(0).padStart(18)} MB ${held.toFixed(0).padStart(12)} MB`,
    )
  }
  const last = rows.at(-1)!
  for (const one of rows.slice(0, -1)) {
    console.log(
      `memory of ${last.posts} posts beside ${one.posts}: peak ${(last.peak / one.peak).toFixed(2)}x, in the small heap ${(last.small / one.small).toFixed(2)}x, held ${(last.held / one.held).toFixed(2)}x`,
    )
  }
  return last.speed
}

/** Measure in a process of its own. With `heapMb` the heap is limited and collections are forced. */
function child(step: Step, model: string, posts: number, heapMb?: number): Measured {
  const small = heapMb ? [`--max-old-space-size=${heapMb}`, '--max-semi-space-size=2'] : []
  const script = [path.join(ROOT, 'bin/run.mjs'), 'bench/analyzer.ts', step, model, String(posts)]
  const node = [process.execPath, '--expose-gc', ...small, ...script, ...(heapMb ? ['--collect'] : [])]
  const hasTaskset = !spawnSync('taskset', ['--version']).error
  const [command = '', ...rest] = hasTaskset ? ['taskset', '-c', '1', ...node] : node
  const { status, stdout, stderr } = spawnSync(command, rest, { encoding: 'utf8', cwd: ROOT })
  if (status !== 0) throw new Error(stderr)
  const measured: Measured = JSON.parse(stdout)
  return measured
}

async function measure(step: Step, model: string, posts: number): Promise<Measured> {
  const live = { job: 'bench', classifier: classifierOf(readModel(model)), temperature: 1.5 }
  const every = Math.ceil(STEPS[step].posts(posts) / COLLECTIONS)
  let done = 0
  let heldMb = 0
  const hold = () => {
    globalThis.gc?.()
    const { heapUsed, external } = process.memoryUsage()
    heldMb = Math.max(heldMb, (heapUsed + external) / 2 ** 20)
  }
  const onPosts = (count: number) => {
    if (options.collect && Math.floor(done / every) < Math.floor((done + count) / every)) hold()
    done += count
  }
  const began = performance.now()
  const result = await STEPS[step].run(posts, live, onPosts)
  const seconds = (performance.now() - began) / 1000
  const peakMb = process.resourceUsage().maxRSS / 1024
  hold()
  if (!result) throw new Error('no result')
  return { posts, seconds, peakMb, heldMb }
}

/** Returns the number of bytes of the predictions. */
async function classifyRun(posts: number, model: Champion, onPosts: (count: number) => void): Promise<number> {
  const { run, objects, written, close } = await bucketOf(posts, onPosts)
  await classify(objects, run, model)
  close()
  // A row is at least a post's id.
  if (written() < posts * 19) throw new Error(`${written()} bytes of predictions for ${posts} posts`)
  return written()
}

/** The arithmetic of a million posts, line by line. */
function costs(speed: number): void {
  const { gbSecond, millionRequests, thousandGets, thousandPuts, endpoint, endpointHour } = PRICES
  const seconds = 1e6 / speed
  const compute = seconds * FUNCTION_GB * gbSecond
  const invocations = 1e6 / RUN_POSTS
  const requests = (invocations / 1e6) * millionRequests
  const gets = (1e6 / PAGE / 1000) * thousandGets
  const puts = (invocations / 1000) * thousandPuts
  const lambda = compute + requests + gets + puts
  const standing = 24 * endpointHour
  console.log(`
a million posts in the function (us-east-1, arm64, taking a core of it to be as fast as this one):
  1,000,000 / ${speed.toFixed(0)} a second = ${seconds.toFixed(1)} s × ${FUNCTION_GB} GB × $${gbSecond} = ${usd(compute)}
  ${invocations} invocations of ${RUN_POSTS} posts × $${millionRequests} a million = ${usd(requests)}
  ${1e6 / PAGE} pages read × $${thousandGets} a thousand = ${usd(gets)}, ${invocations} files written × $${thousandPuts} a thousand = ${usd(puts)}
  together ${usd(lambda)}
a SageMaker real-time endpoint that stands for the day: 24 h × $${endpointHour} (one ${endpoint}) = ${usd(standing)}, without what asks it
  that is ${(standing / lambda).toFixed(0)} times as much; in the function ${((standing / lambda) * 1e6).toExponential(1)} posts a day cost as much as the endpoint`)
}

/** Time the packaged bundle in a fresh process against the embedded cloud: load, read the champion, classify one text. */
async function firstAnswer(folder: string, model: string): Promise<void> {
  const template = execFileSync(process.execPath, [path.join(ROOT, 'bin/package.mjs')], { encoding: 'utf8' }).trim()
  const cloud = await createCloud({
    packageDir: path.dirname(template),
    stackName: 'bellwether-dev',
    dataDir: path.join(folder, 'data'),
  })
  try {
    await makeLive(cloud, readFileSync(model))
    const analyzer = cloud.lambda.functions().find(({ name }) => name.endsWith('-analyzer'))
    if (!analyzer) throw new Error('the stack has no analyzer')
    const bundle = path.join(analyzer.folder, `${analyzer.handler.slice(0, analyzer.handler.lastIndexOf('.'))}.js`)
    const environment = { ...analyzer.environment, LAMBDA_TASK_ROOT: analyzer.folder }
    const times: { load: number; answer: number }[] = []
    for (let run = 0; run < 7; run++) times.push(await firstAnswerOf(cloud, bundle, environment))
    const all = times.map(({ load, answer }) => load + answer)
    console.log(
      `\nbundle load ${median(times.map(({ load }) => load)).toFixed(0)} ms, model read and first answer ${median(times.map(({ answer }) => answer)).toFixed(0)} ms; ` +
        `together median ${median(all).toFixed(0)} ms of ${all.length} (${Math.min(...all).toFixed(0)} to ${Math.max(...all).toFixed(0)}; to reach: under 600 ms)`,
    )
  } finally {
    await cloud.close()
  }
}

/** The work of a cold worker: load the bundle, then classify one text. */
const COLD = `
const began = performance.now()
const { handler } = require(process.argv[1])
const loaded = performance.now()
const context = { awsRequestId: 'bench', functionName: 'analyzer', getRemainingTimeInMillis: () => 60_000 }
handler({ text: 'Cold starts fell from 900 to 210 ms #aws' }, context).then(({ label }) => {
  if (typeof label !== 'string') throw new Error('no answer')
  console.log(JSON.stringify({ load: loaded - began, answer: performance.now() - loaded }))
})
`

/** Runs in a process of its own; the cloud of this process serves its requests. */
async function firstAnswerOf(
  { endpoint, region }: Cloud,
  bundle: string,
  environment: Record<string, string>,
): Promise<{ load: number; answer: number }> {
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', COLD, bundle], {
    env: {
      ...environment,
      PATH: process.env.PATH,
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: 'owner',
      AWS_SECRET_ACCESS_KEY: 'owner',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    },
  })
  const times: { load: number; answer: number } = JSON.parse(stdout)
  return times
}

/** Put the model where a promotion puts it. */
async function makeLive(cloud: Cloud, model: Buffer): Promise<void> {
  const objects = ownersBucket(cloud)
  const archive = await packModel(new Map([['model.bin', model]]))
  const job = 'bellwether-dev-0000000000000000-1'
  await objects.put(keys.artefact({ job }), archive)
  const champion: ChampionRecord = {
    job,
    datasetId: '0000000000000000',
    engine: 'fasttext',
    artefact: `s3://${objects.bucket}/${keys.artefact({ job })}`,
    versionId: null,
    sha256: createHash('sha256').update(archive).digest('hex'),
    labels: ['marketing', 'technical'],
    textVersion: TEXT_VERSION,
    schemaVersion: 1,
    labelStatus: 'unmeasured',
    latestDate: '2026-06-14',
    provisional: true,
    temperature: 1.5,
    prior: null,
    promotedAt: '2026-06-14T00:00:00.000Z',
    replaces: null,
  }
  await objects.put(keys.champion({}), JSON.stringify(champion))
}

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MB`
const usd = (amount: number): string => `$${amount.toFixed(amount < 0.01 ? 5 : 3)}`
const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN

void main()
