import { spawnSync } from 'node:child_process'
import { createReadStream, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import path from 'node:path'
import { format } from '../services/formatter/format'
import { labelStore, rulesOf } from '../shared/labels'
import { writeManifest } from './formatter-manifests'
import { folderObjects } from './formatter-objects'
import { benchOptions } from './options'

const USAGE = `
node bin/run.mjs bench/formatter.ts [--manifests 20] [--lines 10000] [--runs 1]

The formatter on many labels, compared with a bare loop that splits the lines of the manifests and parses JSON, and with the
program of 2019. The formatter runs twice: without a snapshot of the labels, when it reads the manifests as the loop does and
writes a snapshot, and with one, as after every batch but the first.

Each runs in a process of its own, on one core where taskset is available, with a bounded heap: without a bound V8 keeps
garbage as long as the machine has memory.

  --manifests N   manifests
  --lines N       lines of each manifest
  --runs N        runs of each; the median counts
`

const { values: options, positionals } = benchOptions(
  USAGE,
  {
    manifests: { type: 'string', default: '20' },
    lines: { type: 'string', default: '10000' },
    runs: { type: 'string', default: '1' },
  },
  { positionals: true },
)

/** The heap of a function with 512 MB; the rest is for buffers and for Node itself. */
const HEAP_MB = 340

interface Measured {
  seconds: number
  /** User and system time of all threads. */
  cpuSeconds: number
  peakMb: number
}

async function main(): Promise<void> {
  const [mode, folder] = positionals
  if (mode === 'bare' && folder) return print(await measure(() => bare(folder)))
  if (mode === 'format' && folder) return print(await measure(() => formatAll(folder)))
  compare()
}

function compare(): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-formatter-'))
  try {
    const count = Number(options.manifests)
    const lines = Number(options.lines)
    console.log(`node ${process.version}, ${cpus()[0]?.model}: ${count} manifests of ${lines} lines`)
    let bytes = 0
    let first = 0
    for (let i = 0; i < count; i++) {
      mkdirSync(path.join(folder, manifestFolder(i)), { recursive: true })
      const written = writeManifest(path.join(folder, manifestFolder(i), 'output.manifest'), i, lines)
      first ||= written
      bytes += written
    }
    const show = (name: string, { seconds, cpuSeconds, peakMb }: Measured, size = bytes) =>
      console.log(
        `${name.padEnd(34)} ${seconds.toFixed(1).padStart(7)} s ${cpuSeconds.toFixed(1).padStart(7)} s CPU ${(size / 1e6 / seconds).toFixed(1).padStart(7)} MB/s ${Number.isNaN(peakMb) ? '' : `${peakMb.toFixed(0).padStart(6)} MB peak`}`,
      )

    const ratios: number[] = []
    const seconds: number[] = []
    const peaks: number[] = []
    for (let run = 0; run < Number(options.runs); run++) {
      for (const made of ['labels', 'datasets']) rmSync(path.join(folder, made), { recursive: true, force: true })
      const loop = child('bare', folder)
      const first = child('format', folder)
      rmSync(path.join(folder, 'datasets'), { recursive: true })
      const later = child('format', folder)
      show('bare loop: split lines, parse JSON', loop)
      show('formatter, no snapshot yet', first)
      show('formatter, from the snapshot', later)
      ratios.push(loop.cpuSeconds / first.cpuSeconds)
      seconds.push(first.seconds, later.seconds)
      peaks.push(first.peakMb, later.peakMb)
    }
    console.log(
      `without a snapshot ${median(ratios).toFixed(2)}x of the bare loop's speed by CPU time; at most ${Math.max(...seconds).toFixed(1)} s and ${Math.max(...peaks).toFixed(0)} MB (to reach: 200,000 labels in 10 s and 512 MB)`,
    )

    const python = pythonSeconds(path.join(folder, manifestFolder(0), 'output.manifest'))
    if (typeof python === 'string') return console.log(python)
    show('Python with nltk, one manifest', python, first)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

const manifestFolder = (i: number): string => `labeled/2026-${String(i + 1).padStart(4, '0')}`

function child(mode: string, folder: string): Measured {
  const heap = `--max-old-space-size=${HEAP_MB}`
  const node = [process.execPath, heap, path.resolve('bin/run.mjs'), 'bench/formatter.ts', mode, folder]
  const hasTaskset = !spawnSync('taskset', ['--version']).error
  const [command = '', ...rest] = hasTaskset ? ['taskset', '-c', '0', ...node] : node
  const { status, stdout, stderr } = spawnSync(command, rest, { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  const measured: Measured = JSON.parse(stdout)
  return measured
}

async function measure(work: () => Promise<void>): Promise<Measured> {
  const began = performance.now()
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return {
    seconds: (performance.now() - began) / 1000,
    cpuSeconds: (user + system) / 1e6,
    peakMb: process.resourceUsage().maxRSS / 1024,
  }
}

async function bare(folder: string): Promise<void> {
  let lines = 0
  for await (const { key } of folderObjects(folder).list('labeled/')) {
    const body = createReadStream(path.join(folder, key), 'utf8')
    let rest = ''
    for await (const chunk of body as AsyncIterable<string>) {
      const parts = (rest + chunk).split('\n')
      rest = parts.pop() ?? ''
      for (const part of parts) if (typeof JSON.parse(part) === 'object') lines += 1
    }
  }
  if (lines === 0) throw new Error('no lines')
}

async function formatAll(folder: string): Promise<void> {
  const category = (name: string) => ({ name, definition: name, examples: [] })
  const objects = folderObjects(folder)
  const labels = { version: 1, categories: ['technical', 'marketing'].map(category) }
  const work = format({
    objects,
    labels: labelStore(objects, rulesOf(labels)),
    publish: async () => {},
    stream: () => 'file',
    settings: {
      labels,
      training: {
        trainer: 'blazingtext',
        engine: 'fasttext',
        engines: ['blazingtext'],
        fewLabels: 0,
        instanceType: 'ml.c5.xlarge',
        spot: true,
        validationShare: 0.2,
        hyperparameters: {},
        minimumExamples: 10,
        tuneSeconds: 0,
        tuneFrom: 100,
        tuneGrowth: 1.5,
      },
    },
  })
  const { rows, refused } = await work({ now: new Date(0), log: { info() {}, warn() {}, error() {} } })
  if (rows.train === 0 || Object.keys(refused).length > 0) throw new Error(JSON.stringify({ rows, refused }))
}

/** The program of 2019: json, nltk's word_tokenize, lower case. */
const PYTHON = `
import json, sys, time
from nltk.tokenize import TreebankWordTokenizer
tokenizer = TreebankWordTokenizer()
began = time.time()
with open(sys.argv[1], encoding='utf8') as lines, open('/dev/null', 'w', encoding='utf8') as out:
    for line in lines:
        entry = json.loads(line)
        label = '__label__' + entry['label-metadata']['class-name']
        tokens = tokenizer.tokenize(entry['source'].lower())
        out.write(label + ' ' + ' '.join(tokens) + '\\n')
print(time.time() - began)
`

function pythonSeconds(manifest: string): Measured | string {
  if (spawnSync('python3', ['-c', 'import nltk']).status !== 0) {
    return 'The 2019 way is not measured: python3 -m pip install nltk'
  }
  const { stdout } = spawnSync('python3', ['-c', PYTHON, manifest], { encoding: 'utf8' })
  return { seconds: Number(stdout), cpuSeconds: Number(stdout), peakMb: Number.NaN }
}

const print = (measured: Measured): void => console.log(JSON.stringify(measured))

void main()
