import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { DescribeTrainingJobCommand, SageMakerClient } from '@aws-sdk/client-sagemaker'
import { z } from 'zod'
import { type Cloud, createCloud } from '../local/cloud'
import { parseReplayOptions, type ReplayOptions } from '../local/replay/options'
import { replay } from '../local/replay/replay'
import { ownersBucket } from '../local/stores'
import { ROOT } from '../local/root'
import { keys } from '../shared/keys'
import { settledLine } from '../shared/records'
import { benchOptions } from './options'

const USAGE = `
node bin/run.mjs bench/loop.ts

How fast is the loop? Everything runs on the embedded cloud of this machine, from the packaged bundles. The warm chain is measured
several times, and its median printed.
`

const WARM_RUNS = 7
const STACK = 'bellwether-dev'

async function main(): Promise<void> {
  const packaging = Date.now()
  const template = execFileSync(process.execPath, [path.join(ROOT, 'bin/package.mjs')], { encoding: 'utf8' }).trim()
  const packageDir = path.dirname(template)
  const data = mkdtempSync(path.join(tmpdir(), 'bellwether-bench-'))
  console.log(`packaging (or finding it fresh): ${seconds(Date.now() - packaging)}`)

  const began = Date.now()
  const heard: Heard[] = []
  const { cloud, rows } = await replay(optionsFor(data), {
    packageDir,
    root: ROOT,
    screen: { say: () => {}, progress: () => {}, clear: () => {} },
    signal: new AbortController().signal,
    onPublished: ({ 'detail-type': name, detail }) => heard.push({ name, detail, at: Date.now() }),
  })
  try {
    const promoted = heard.find(({ name }) => name === 'ModelPromoted')
    console.log(`sample corpus: ${rows.length} days in ${seconds(Date.now() - began)}`)
    console.log(
      `start-up to the first promoted model: ${promoted ? seconds(promoted.at - began) : 'none'} (to reach: under 30 s)`,
    )
    await warmChain(cloud, heard)
  } finally {
    await cloud.close()
    rmSync(data, { recursive: true, force: true })
  }
  await firstCalls(packageDir)
}

interface Heard {
  name: string
  detail: unknown
  at: number
}

function optionsFor(data: string): ReplayOptions {
  const options = parseReplayOptions(['--once', '--data', data], () => data)
  if (options === 'help' || 'problem' in options) throw new Error('the replay has other options now')
  return options
}

const trained = z.object({ job: z.string() })

/** The time from the put of a settled manifest with one new label to ModelTrained, less the training itself. */
async function warmChain(cloud: Cloud, heard: Heard[]): Promise<void> {
  const objects = ownersBucket(cloud)
  let manifest = ''
  for await (const { key } of objects.list('labeled/')) if (keys.settledManifest.match(key)) manifest = key
  const [first = ''] = (await objects.read(manifest))?.body.toString('utf8').split('\n') ?? []
  const line = settledLine.parse(JSON.parse(first))

  const spent: number[] = []
  for (let run = 0; run < WARM_RUNS; run++) {
    // The trainer starts one job a day.
    await cloud.advance(86_400_000)
    await cloud.idle()
    heard.length = 0
    const item = run.toString(16).padStart(16, 'f')
    const fresh = { ...line, item, source: `a warm run of the chain, number ${run} #aws`, 'post-id': `warm-${run}` }
    const at = Date.now()
    await objects.create(keys.settledManifest({ batch: `warm-${run}` }), `${JSON.stringify(fresh)}\n`)
    // The trainer waits for datasets that arrive together.
    await cloud.idle()
    await cloud.advance(60_000)
    const done = await until(() => heard.find(({ name }) => name === 'ModelTrained'))
    spent.push(done.at - at - (await trainingMs(cloud, trained.parse(done.detail).job)))
    await cloud.idle()
  }
  spent.sort((a, b) => a - b)
  console.log(
    `warm chain, put of a settled manifest to ModelTrained, less the training: median ${spent[WARM_RUNS >> 1]!.toFixed(0)} ms ` +
      `of ${WARM_RUNS} (${spent[0]!.toFixed(0)} to ${spent.at(-1)!.toFixed(0)}; to reach: under 150 ms)`,
  )
}

/** How long a job was in the state Training. SageMaker's billed seconds are rounded up, so they are not used. */
async function trainingMs({ endpoint, region }: Cloud, job: string): Promise<number> {
  const client = new SageMakerClient({
    endpoint,
    region,
    credentials: { accessKeyId: 'owner', secretAccessKey: 'owner' },
  })
  const { SecondaryStatusTransitions: states } = await client.send(
    new DescribeTrainingJobCommand({ TrainingJobName: job }),
  )
  const { StartTime: start, EndTime: end } = states?.find(({ Status }) => Status === 'Training') ?? {}
  return (end?.getTime() ?? 0) - (start?.getTime() ?? 0)
}

async function until<T>(found: () => T | undefined): Promise<T> {
  for (const end = Date.now() + 60_000; Date.now() < end; await pause(1)) {
    const value = found()
    if (value !== undefined) return value
  }
  throw new Error('no ModelTrained came within 60 s')
}

/** Each function's zip, the time its bundle takes to load in a fresh process, and its first call on a cold worker. */
async function firstCalls(packageDir: string): Promise<void> {
  const data = mkdtempSync(path.join(tmpdir(), 'bellwether-bench-'))
  const cloud = await createCloud({ packageDir, stackName: STACK, dataDir: data })
  console.log('\nfunction      zip KB  load ms  first call ms')
  for (const { name, folder, handler, environment } of cloud.lambda.functions()) {
    const short = name.slice(`${STACK}-`.length)
    const zip = statSync(path.join(packageDir, `${short}.zip`)).size / 1024
    const bundle = path.join(folder, `${handler.slice(0, handler.lastIndexOf('.'))}.js`)
    const loads = Array.from({ length: 3 }, () => loadMs(bundle, { ...environment, LAMBDA_TASK_ROOT: folder }))
    const at = Date.now()
    // No service accepts this request. It is parsed and refused, so the time is that of the call itself.
    await cloud.invoke(short, { bench: true })
    const call = Date.now() - at
    console.log(
      `${short.padEnd(12)} ${zip.toFixed(0).padStart(7)} ${median(loads).toFixed(0).padStart(8)} ${call.toFixed(0).padStart(14)}`,
    )
  }
  await cloud.close()
  rmSync(data, { recursive: true, force: true })
}

const loadMs = (bundle: string, environment: Record<string, string>): number =>
  Number(
    execFileSync(
      process.execPath,
      [
        '-e',
        'const t = process.hrtime.bigint(); require(process.argv[1]); console.log(Number(process.hrtime.bigint() - t) / 1e6)',
        bundle,
      ],
      {
        encoding: 'utf8',
        env: {
          ...environment,
          AWS_REGION: 'eu-west-1',
          PATH: process.env.PATH,
          AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
        },
      },
    ),
  )

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

benchOptions(USAGE, {})
void main()
