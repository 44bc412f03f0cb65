import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import path from 'node:path'
import { type Run, measure, median, medianRun } from './engine-process'
import { type CorpusPlan, writeCorpus } from './engine-corpus'

// Compares our engine with the official fastText program: both run in turn on the same files; prints ratios of medians.
//
//   node bin/run.mjs packages/fasttext/bench/engine.ts [--runs 5] [--quick] [--scale 1] [--only PART] [--small FOLDER]
//
// --quick uses a quarter of the lines and two runs; --scale multiplies the lines. PART is threads, train, small, predict or growth.
// --small is a folder with a small labelled set such as TweetEval's emotion (train.jsonl: text, label).

const PARTS = ['threads', 'train', 'small', 'predict', 'growth'] as const
type Part = (typeof PARTS)[number]

const OURS = path.resolve('.build/packages/fasttext/src/cli.cjs')
const options = parseOptions(process.argv.slice(2))
const folder = mkdtempSync(path.join(tmpdir(), 'bench-engine-'))
const at = (name: string) => path.join(folder, name)

type Program = 'official' | 'kernel' | 'plain'

async function main(): Promise<void> {
  if (spawnSync('fasttext').error) {
    console.error('The official fasttext program is not there. Debian and Ubuntu: apt-get install fasttext')
    process.exitCode = 1
    return
  }
  // Bundled beforehand, so that the measurement is of node on the bundle, as a user would install it.
  spawnSync(process.execPath, ['bin/run.mjs', 'packages/fasttext/src/cli.ts', 'help'])
  console.log(
    `node ${process.version}, ${cpus().length} x ${cpus()[0]?.model}, ${options.runs} runs each, one thread unless a row says two`,
  )
  console.log('Wall and CPU seconds with process start; peak = most resident memory, MB. Ratios are ours / official.')
  console.log('The official program also writes the vectors as text (model.vec); ours does not.\n')

  const { scale, runs, only } = options
  const wants = (part: Part) => only === undefined || only === part
  const plan: CorpusPlan = { seed: 1, lines: Math.round(75_000 * scale), words: 14, vocabulary: 120_000, labels: 4 }
  const usual = ['-lr', '0.5', '-wordNgrams', '2', '-minCount', '1', '-bucket', '2000000', '-epoch', '20']
  const light = [...usual, '-dim', '10', '-bucket', '200000', '-epoch', '5']
  const all: Program[] = ['official', 'kernel', 'plain']

  if (wants('threads')) await compareThreads(plan, Math.round(500_000 * scale), usual)
  if (wants('train') || wants('predict')) {
    const size = `${(writeCorpus(at('train.txt'), plan) / 1e6).toFixed(2)} M tokens`
    // Prediction alone needs one model of each kind.
    const times = wants('train') ? runs : 1
    await compareTraining(
      `train, ${size}, 20 epochs, dim 10, 2 M buckets`,
      'train.txt',
      [...usual, '-dim', '10'],
      wants('train') ? all : ['official', 'kernel'],
      '<= 0.40 kernel, <= 0.95 plain',
      'usual',
      times,
    )
    await compareTraining(
      `train, ${size}, 5 epochs, dim 10, 200,000 buckets`,
      'train.txt',
      light,
      ['official', 'kernel'],
      'memory: official + 60 MB',
      'light',
      times,
    )
    if (wants('train'))
      await compareTraining(
        `train, ${size}, 20 epochs, dim 100, 2 M buckets`,
        'train.txt',
        [...usual, '-dim', '100'],
        ['official', 'kernel'],
        '<= 0.80',
        'wide',
        Math.min(runs, 3),
      )
  }
  if (wants('small')) await compareSmall(usual, all)
  if (wants('predict')) await comparePredictions(plan, Math.round(1_000_000 * scale))
  if (wants('growth')) await showGrowth(plan)
}

/** A few thousand lines, where process start is a large part of the time. */
async function compareSmall(usual: string[], programs: Program[]): Promise<void> {
  writeSmall(at('small.txt'))
  for (const [buckets, flags] of [
    ['2 M', []],
    ['200,000', ['-bucket', '200000']],
  ] as const)
    await compareTraining(
      `train, a small set, 20 epochs, dim 10, ${buckets} buckets`,
      'small.txt',
      [...usual, '-dim', '10', ...flags],
      programs,
      '<= 1.00',
      'small',
    )
}

/** With the models that training left. */
async function comparePredictions(plan: CorpusPlan, lines: number): Promise<void> {
  writeCorpus(at('many.txt'), { ...plan, seed: 2, lines })
  writeFileSync(at('none.txt'), '')
  await comparePrediction(`predict, ${lines} lines, 2 M buckets`, 'usual', 'many.txt', lines, '<= 0.60')
  await comparePrediction(`predict, ${lines} lines, 200,000 buckets`, 'light', 'many.txt', lines, '<= 0.60')
  await comparePrediction('load alone, 2 M buckets', 'usual', 'none.txt', 0, '-')
  await comparePrediction('load alone, 200,000 buckets', 'light', 'none.txt', 0, '-')
  showLoadTime()
}

/** Two threads of each program. The models stay as threads.official.bin and so on. */
async function compareThreads(plan: CorpusPlan, lines: number, usual: string[]): Promise<void> {
  writeCorpus(at('threads.txt'), { ...plan, seed: 4, lines })
  await compareTraining(
    `train on two threads, ${lines} lines, 5 epochs, dim 10, 2 M buckets`,
    'threads.txt',
    [...usual, '-dim', '10', '-epoch', '5'],
    ['official', 'kernel'],
    '-',
    'threads',
    options.runs,
    2,
  )
}

/** Trains with each program in turn. The models stay as NAME.official.bin and so on. */
async function compareTraining(
  title: string,
  text: string,
  flags: string[],
  programs: Program[],
  goal: string,
  name = 'usual',
  runs = options.runs,
  threads = 1,
): Promise<void> {
  await compare(title, programs, goal, runs, (program) =>
    run(program, [
      'supervised',
      '-input',
      at(text),
      ...flags,
      '-output',
      at(`${name}.${program}`),
      '-verbose',
      '0',
      '-thread',
      String(threads),
      ...(program === 'official' ? [] : ['-kernel', program === 'kernel' ? 'simd' : 'plain']),
    ]),
  )
}

async function comparePrediction(
  title: string,
  model: string,
  text: string,
  lines: number,
  goal: string,
): Promise<void> {
  const results = await compare(title, ['official', 'kernel'], goal, options.runs, (program) =>
    run(program, ['predict', at(`${model}.official.bin`), at(text)], at(`${program}.predictions`)),
  )
  if (lines === 0) return
  const speed = (program: Program) => Math.round(lines / results[program]!.wall).toLocaleString('en')
  const same = readFileSync(at('official.predictions')).equals(readFileSync(at('kernel.predictions')))
  console.log(
    `  lines/s: official ${speed('official')}, ours ${speed('kernel')}; predictions ${same ? 'the same' : 'DIFFER'}\n`,
  )
}

/** Runs the programs in turn, so that a busy minute falls on all of them, and prints a table. */
async function compare(
  title: string,
  programs: Program[],
  goal: string,
  runs: number,
  once: (program: Program) => Promise<Run>,
): Promise<Partial<Record<Program, Run>>> {
  const measured: Record<string, Run[]> = {}
  for (let i = 0; i < runs; i++) for (const program of programs) (measured[program] ??= []).push(await once(program))
  const results: Partial<Record<Program, Run>> = {}
  console.log(`${title}   (goal ${goal})`)
  for (const program of programs) {
    const own = (results[program] = medianRun(measured[program]!))
    const base = results.official ?? own
    const spread = measured[program]!.map(({ wall }) => wall).sort((a, b) => a - b)
    console.log(
      `  ${program.padEnd(9)} wall ${own.wall.toFixed(2).padStart(6)} (${spread[0]!.toFixed(2)}-${spread.at(-1)!.toFixed(2)})  cpu ${own.cpu.toFixed(2).padStart(6)}  peak ${own.peak.toFixed(0).padStart(4)}` +
        (program === 'official'
          ? ''
          : `   wall x ${(own.wall / base.wall).toFixed(2)}  cpu x ${(own.cpu / base.cpu).toFixed(2)}  peak ${signed(own.peak - base.peak)} MB`),
    )
  }
  console.log()
  return results
}

const run = (program: Program, args: string[], output?: string): Promise<Run> =>
  program === 'official' ? measure('fasttext', args, output) : measure(process.execPath, [OURS, ...args], output)

/** The time of readModel alone, each in a new process, so that nothing is warm. */
function showLoadTime(): void {
  const load = (model: string) =>
    median(
      Array.from({ length: options.runs }, () =>
        Number(
          spawnSync(process.execPath, ['bin/run.mjs', 'packages/fasttext/bench/engine-load.ts', at(model)], {
            encoding: 'utf8',
          }).stdout,
        ),
      ),
    )
  load('light.kernel.bin')
  console.log('readModel, first call of a process (goal < 100 ms at 200,000 buckets)')
  for (const model of ['light.kernel.bin', 'light.official.bin', 'usual.kernel.bin', 'usual.official.bin'])
    console.log(`  ${model.padEnd(20)} ${load(model).toFixed(0).padStart(5)} ms`)
  console.log()
}

/** Cost for 1, 4 and 16 times the tokens: a line, if the last column stays. */
async function showGrowth(plan: CorpusPlan): Promise<void> {
  console.log('growth with the text, 5 epochs, dim 10, 200,000 buckets, kernel (goal: linear)')
  let first: number | undefined
  for (const times of [1, 4, 16]) {
    const tokens = writeCorpus(at('growing.txt'), { ...plan, lines: plan.lines * times })
    const flags = ['-lr', '0.5', '-dim', '10', '-wordNgrams', '2', '-bucket', '200000', '-epoch', '5', '-verbose', '0']
    const runs: Run[] = []
    for (let i = 0; i < Math.min(3, options.runs); i++)
      runs.push(await run('kernel', ['supervised', '-input', at('growing.txt'), '-output', at('growing'), ...flags]))
    const { wall, cpu, peak } = medianRun(runs)
    first ??= cpu / tokens
    console.log(
      `  ${String(times).padStart(2)}x ${(tokens / 1e6).toFixed(1).padStart(5)} M tokens  wall ${wall.toFixed(2).padStart(6)}  cpu ${cpu.toFixed(2).padStart(6)}  peak ${peak.toFixed(0).padStart(4)}` +
        `  cpu/M tokens ${((cpu / tokens) * 1e6).toFixed(2)} s = ${(cpu / tokens / first).toFixed(2)} of the first`,
    )
  }
}

/** TweetEval's emotion, if its folder is given; else a made-up set of the same size. */
function writeSmall(file: string): void {
  const source = options.small && path.join(options.small, 'train.jsonl')
  if (!source || !existsSync(source)) {
    writeCorpus(file, { seed: 3, lines: 3257, words: 16, vocabulary: 40_000, labels: 4 })
    return
  }
  const rows = readFileSync(source, 'utf8').trim().split('\n')
  const lines = rows.map((row) => {
    const { text, label }: { text: string; label: string } = JSON.parse(row)
    return `__label__${label} ${text.toLowerCase().replace(/\s+/g, ' ')}`
  })
  writeFileSync(file, `${lines.join('\n')}\n`)
}

function parseOptions(words: string[]) {
  const after = (flag: string) => (words.includes(flag) ? words[words.indexOf(flag) + 1] : undefined)
  const quick = words.includes('--quick')
  return {
    runs: above0('--runs', after('--runs') ?? (quick ? 2 : 5)),
    scale: above0('--scale', after('--scale') ?? (quick ? 0.25 : 1)),
    only: partOf(after('--only')),
    small: after('--small'),
  }
}

function above0(flag: string, word: string | number): number {
  const value = Number(word)
  if (!(value > 0 && value < Infinity)) throw new Error(`${flag} ${word}: it takes a number over 0`)
  return value
}

function partOf(word: string | undefined): Part | undefined {
  const part = PARTS.find((one) => one === word)
  if (part === undefined && word !== undefined)
    throw new Error(`--only ${word}: no such part; one of ${PARTS.join(', ')}`)
  return part
}

function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(0)}`
}

void main().finally(() => rmSync(folder, { recursive: true }))
