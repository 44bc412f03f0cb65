import path from 'node:path'
import { mulberry32 } from '../shared/statistics/random'
import { DATA_USAGE, SET_FILES } from './labelled-sets'
import { AT_RANDOM, follow, LEAST_SURE, NAIVE, POLICIES, type Point, type Policy, SHIPPED } from './labelling-policies'
import { judgeOf, type Message, type Mistakes, readMessages, streamOf } from './labelling-stream'
import { benchOptions } from './options'

const USAGE = `
node bin/run.mjs bench/labelling.ts --data FOLDER [--seeds 20] [--sets corporate,emotion,irony] [--only "half copies"]

What do training labels cost? The judgements that each policy needs for the macro-F1 that naive random labelling reaches with
its whole budget, as a part of that budget. Below 1 saves money, above 1 loses it.

Messages arrive over fifteen days; naive labelling has spent its budget after ten. The benchmark simulates annotators' mistakes;
the test set has none. All randomness comes from the seeds, so a run can be repeated.

  ${DATA_USAGE}
  --seeds N       repetitions
  --sets A,…      sets to use
  --only NAME     only this scenario
`

const { values: options } = benchOptions(
  USAGE,
  {
    data: { type: 'string', default: '' },
    seeds: { type: 'string', default: '20' },
    sets: { type: 'string', default: 'corporate,emotion,irony' },
    only: { type: 'string', default: '' },
  },
  { needs: ['data'] },
)
const seeds = Number(options.seeds)
const { only } = options

const DAYS = 15
const NAIVE_DAYS = 10
const PER_DAY = 60

interface Cell {
  mistakes: Mistakes
  copies: number
}

const CELLS: Cell[] = ([0, 0.5] as const).flatMap((copies) =>
  ([0.05, 0.15] as const).flatMap((rate) =>
    (['independent', 'hard items'] as const).map((kind) => ({ copies, mistakes: { rate, kind } })),
  ),
)
const nameOf = ({ copies, mistakes: { rate, kind } }: Cell) =>
  `${copies ? 'half copies' : 'no copies'}, mistakes ${rate.toFixed(2)} ${kind}`

async function main(): Promise<void> {
  const { data } = options
  for (const name of options.sets.split(',')) {
    const files = SET_FILES[name]
    if (!files) throw new Error(`there is no set ${name}: ${Object.keys(SET_FILES).join(', ')}`)
    const messages = readMessages(files.map((file) => path.join(data, file)))
    console.log(
      `\n${name}: ${messages.length} messages, a quarter of them the test; ${seeds} seeds; naive has ${NAIVE_DAYS * PER_DAY} judgements`,
    )
    // The whole grid on one set; the other sets have only the mildest mistakes.
    const cells =
      name === 'corporate'
        ? CELLS
        : CELLS.filter(({ mistakes }) => mistakes.rate < 0.1 && mistakes.kind === 'independent')
    for (const cell of cells) if (nameOf(cell).includes(only)) await measure(messages, cell)
  }
}

async function measure(messages: readonly Message[], cell: Cell): Promise<void> {
  const began = performance.now()
  const labels = [...new Set(messages.map(({ label }) => label))].sort()
  const curves: Point[][][] = []
  for (const policy of POLICIES) {
    const own: Point[][] = []
    for (let seed = 1; seed <= seeds; seed++) {
      const stream = streamOf(messages, cell.copies, DAYS, seed)
      own.push(await follow(policy, stream, judgeOf(cell.mistakes, labels, 1000 + seed), PER_DAY, seed))
    }
    curves.push(own)
  }
  const naive = curves[POLICIES.indexOf(NAIVE)]!
  console.log(`\n  ${nameOf(cell)} (${((performance.now() - began) / 1000).toFixed(0)} s)`)
  console.log(`    ${'policy'.padEnd(22)}${'money'.padEnd(22)}macro-F1 at naive's money`)
  for (const [i, policy] of POLICIES.entries()) console.log(`    ${line(policy, curves[i]!, naive)}`)
  for (const other of [LEAST_SURE, AT_RANDOM]) {
    console.log(`    ${behind(curves[POLICIES.indexOf(SHIPPED)]!, curves[POLICIES.indexOf(other)]!, other)}`)
  }
}

/** Macro-F1 after the last day: the shipped policy minus another one, over the seeds. */
function behind(shipped: readonly Point[][], other: readonly Point[][], { name }: Policy): string {
  const last = (curve: readonly Point[]) => curve.at(-1)!.macroF1
  const differences = shipped.map((curve, seed) => 100 * (last(curve) - last(other[seed]!)))
  const [low, high] = interval(
    (picked) => average(picked.map((i) => differences[i]!)),
    differences.map((_, i) => i),
  )
  const points = (value: number) => `${value > 0 ? '+' : ''}${value.toFixed(1)}`
  return `after ${DAYS} days shipped against "${name}": ${points(average(differences))} points (${points(low)} to ${points(high)})`
}

function line(policy: Policy, curves: readonly Point[][], naive: readonly Point[][]): string {
  const all = curves.map((_, i) => i)
  const money = moneyOf(curves, naive, all)
  const [low, high] = interval((picked) => moneyOf(curves, naive, picked), all)
  const scores = (picked: readonly number[]) => scoreAt(mean(curves, picked), PER_DAY * NAIVE_DAYS)
  const [worst, best] = interval(scores, all)
  const share = policy === NAIVE ? '1' : `${inWords(money)} (${inWords(low)} to ${inWords(high)})`
  const verdict = policy === SHIPPED && money > 1 ? '  a loss' : ''
  return `${policy.name.padEnd(22)}${share.padEnd(22)}${scores(all).toFixed(3)} (${worst.toFixed(3)} to ${best.toFixed(3)})${verdict}`
}

const inWords = (share: number): string => (share > DAYS / NAIVE_DAYS ? `>${DAYS / NAIVE_DAYS}` : share.toFixed(2))

/**
 * The judgements at which the mean curve first reaches naive's mean score with its whole budget, as a share of that budget;
 * infinite if it never does. The curve is linear between two points, and it never falls: a policy may stop early.
 */
function moneyOf(curves: readonly Point[][], naive: readonly Point[][], picked: readonly number[]): number {
  const target = scoreAt(mean(naive, picked), PER_DAY * NAIVE_DAYS)
  const rising = risingOf(mean(curves, picked))
  const reached = rising.findIndex(({ macroF1 }) => macroF1 >= target)
  if (reached === -1) return Infinity
  const [before, after] = [rising[reached - 1] ?? { judgements: 0, macroF1: 0 }, rising[reached]!]
  const part = after.macroF1 === before.macroF1 ? 1 : (target - before.macroF1) / (after.macroF1 - before.macroF1)
  return (before.judgements + part * (after.judgements - before.judgements)) / (PER_DAY * NAIVE_DAYS)
}

/** Isotonic regression by pooling adjacent violators, with equal weights. */
function risingOf(points: readonly Point[]): Point[] {
  const blocks: { sum: number; count: number }[] = []
  for (const { macroF1 } of points) {
    blocks.push({ sum: macroF1, count: 1 })
    for (;;) {
      const [last, before] = [blocks.at(-1)!, blocks.at(-2)]
      if (!before || before.sum / before.count <= last.sum / last.count) break
      blocks.splice(-2, 2, { sum: before.sum + last.sum, count: before.count + last.count })
    }
  }
  const scores = blocks.flatMap(({ sum, count }) => Array.from({ length: count }, () => sum / count))
  return points.map(({ judgements }, i) => ({ judgements, macroF1: scores[i]! }))
}

const mean = (curves: readonly Point[][], picked: readonly number[]): Point[] =>
  curves[0]!.map((_, day) => ({
    judgements: average(picked.map((i) => curves[i]![day]!.judgements)),
    macroF1: average(picked.map((i) => curves[i]![day]!.macroF1)),
  }))

function scoreAt(points: readonly Point[], judgements: number): number {
  const rising = risingOf(points)
  const after = rising.findIndex((point) => point.judgements >= judgements - 1e-9)
  const [from, to] = [rising[Math.max(0, after - 1)]!, rising.at(after)!]
  if (after === -1 || to.judgements === from.judgements) return to.macroF1
  const part = (judgements - from.judgements) / (to.judgements - from.judgements)
  return from.macroF1 + part * (to.macroF1 - from.macroF1)
}

/** The 95 % interval by resampling the seeds: all policies of a seed had the same stream. */
function interval(value: (picked: readonly number[]) => number, all: readonly number[]): [number, number] {
  const random = mulberry32(7)
  const values = Array.from({ length: 400 }, () => value(all.map(() => Math.floor(random() * all.length)))).sort(
    (a, b) => a - b,
  )
  return [values[10]!, values[389]!]
}

const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

void main()
