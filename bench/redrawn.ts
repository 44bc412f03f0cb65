import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { buildSync } from 'esbuild'
import { ROOT } from '../local/root'
import { assistanceOf } from '../shared/statistics/assistance'
import type { Scored } from '../shared/statistics/classifier-errors'
import { differencePart, displayed, estimateOf } from '../shared/statistics/difference'
import { judgementErrors } from '../shared/statistics/judgement-errors'
import { pairCounts } from '../shared/statistics/pair-counts'
import { mulberry32 } from '../shared/statistics/random'
import { drawDay, type Message, populationOf, samplesOf, truthOf } from './coverage-world'
import { judgesOf } from './judges'
import { DATA_USAGE } from './labelled-sets'
import { benchOptions } from './options'
import { LABELS_A_DRAW, type Lived, livedOf, type PlayedDay } from './redrawn-weeks'
import { twoWeeksOf } from './two-weeks'

const USAGE = `
node bin/run.mjs bench/redrawn.ts --data FOLDER [--base 0f95a04] [--mistakes 0,0.05] [--seeds 6] [--redraws 6]
                                  [--sets corporate,emotion,irony]

How far off are the shares, compared with an earlier commit, when chance is averaged out? Two replays of two weeks can tell two root
mean square errors apart only where they differ by a third (bench/width.ts). This benchmark plays two weeks of real posts once by
each commit's rules, with a model that is trained every day. Then every day is drawn, judged and estimated many times.

Compared with the base are the shipped estimate, the one with kept scores in its window (decision 0200), and a limit: the shipped one
with the scores of the base, whose model may be up to six days newer. The base is assumed to promote every model, and never to
score a post that its model has learnt from. Ten minutes of one core.

  ${DATA_USAGE}
  --base COMMIT   a commit of this repository
  --mistakes P,…  how often simulated annotators err
  --seeds N       repetitions
  --redraws N     draws of each day
  --sets A,…      sets to use
`

const { values: options } = benchOptions(
  USAGE,
  {
    data: { type: 'string', default: '' },
    base: { type: 'string', default: '0f95a04' },
    mistakes: { type: 'string', default: '0,0.05' },
    seeds: { type: 'string', default: '6' },
    redraws: { type: 'string', default: '6' },
    sets: { type: 'string', default: 'corporate,emotion,irony' },
  },
  { needs: ['data'] },
)

const ESTIMATES = ['base', 'kept', 'shipped', 'later'] as const
type Estimate = (typeof ESTIMATES)[number]
/** Maximum ratios of the root mean square error to the base, by mistakes, as geometric means over the sets. */
const WANTED: Record<string, number> = { '0': 0.8, '0.05': 0.87 }

/** The estimate of the base: its training labels count as certain, and all labels as correct. */
interface BaseStatistics {
  assistanceOf(window: readonly Scored[], means: readonly number[]): unknown
  differencePart(sample: readonly object[], population: object, basis: 'posts', assistance: unknown): unknown
  estimateOf(parts: readonly unknown[]): { classes: Parameters<typeof displayed>[0] }
}

interface Sums {
  count: number
  square: number
  width: number
  covered: number
}

async function main(): Promise<void> {
  const base = baseStatistics()
  console.log('mistakes  set        estimate   RMSE  beside the base  width  covers')
  for (const mistakes of options.mistakes.split(',')) {
    const logarithms = new Map<Estimate, number[]>()
    for (const set of options.sets.split(',')) {
      const sums = await playSet(base, set, Number(mistakes))
      const errorOf = (one: Estimate) => Math.sqrt(sums[one].square / sums[one].count)
      for (const one of ESTIMATES) {
        const ratio = errorOf(one) / errorOf('base')
        logarithms.set(one, [...(logarithms.get(one) ?? []), Math.log(ratio)])
        const { width, covered, count } = sums[one]
        console.log(
          `${mistakes.padStart(8)}  ${set.padEnd(10)} ${one.padEnd(8)} ${points(errorOf(one))} ${ratio.toFixed(3).padStart(16)}` +
            `  ${points(width / count)}  ${points(covered / count)} %`,
        )
      }
    }
    for (const one of ESTIMATES.slice(1)) conclude(mistakes, one, logarithms.get(one)!)
  }
  console.log(`${(process.cpuUsage().user / 1e6).toFixed(0)} s of one core`)
}

function conclude(mistakes: string, estimate: Estimate, logarithms: readonly number[]): void {
  const geometric = Math.exp(logarithms.reduce((sum, one) => sum + one, 0) / logarithms.length)
  const wanted = estimate === 'shipped' ? WANTED[mistakes] : undefined
  console.log(
    `mistakes ${mistakes}, ${estimate}: geometric mean ${geometric.toFixed(3)}${wanted ? ` (to reach: ${wanted})` : ''}`,
  )
  if (wanted && geometric > wanted) process.exitCode = 1
}

/** The statistics of the base commit, from its own files. */
function baseStatistics(): BaseStatistics {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-redrawn-'))
  try {
    const archive = execFileSync('git', ['archive', options.base, 'shared/statistics'], { cwd: ROOT })
    execFileSync('tar', ['-x', '-C', folder], { input: archive })
    const outfile = path.join(folder, 'base.cjs')
    buildSync({
      stdin: {
        contents: "export * from './shared/statistics/difference'; export * from './shared/statistics/assistance'",
        resolveDir: folder,
      },
      bundle: true,
      platform: 'node',
      format: 'cjs',
      outfile,
    })
    // The code of another commit is untyped here.
    return createRequire(outfile)(outfile) as BaseStatistics
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function playSet(base: BaseStatistics, set: string, mistakes: number): Promise<Record<Estimate, Sums>> {
  const nothing = (): Sums => ({ count: 0, square: 0, width: 0, covered: 0 })
  const sums = { base: nothing(), kept: nothing(), shipped: nothing(), later: nothing() }
  for (let seed = 1; seed <= Number(options.seeds); seed++) {
    const posts = twoWeeksOf(options.data, set, seed)
    const lived = await livedOf(posts, mistakes, 1000 * seed + 5)
    const random = mulberry32(77 * seed + 1)
    for (const day of lived.days) {
      for (let redraw = 0; redraw < Number(options.redraws); redraw++) {
        const found = redrawn(base, lived, day, mistakes, random)
        for (const one of ESTIMATES) add(sums[one], found.shares[one], found.truth)
      }
    }
  }
  return sums
}

type Shown = ReturnType<typeof displayed>

/** One more draw of a day, with judgements of its own, and the result of each estimate. */
function redrawn(
  base: BaseStatistics,
  { classes }: Lived,
  day: PlayedDay,
  mistakes: number,
  random: () => number,
): { shares: Record<Estimate, Shown>; truth: readonly number[] } {
  const judges = judgesOf(mistakes, classes, random)
  const numbers = day.truths.map(() => ({ u: random(), v: random() }))
  const said = day.truths.map((truth) => ({ one: judges.one(truth), consensus: judges.consensus(truth).label }))
  const pairs = Array.from(
    { length: day.pairs },
    () => judges.consensus(day.truths[Math.floor(random() * day.truths.length)]!).said,
  )
  const errors = judgementErrors(pairCounts(classes, pairs))
  const none = Array.from({ length: classes }, () => 0)
  const messagesBy = (scores: PlayedDay['scores']): Message[] =>
    day.truths.map((truth, i) => ({
      id: String(i),
      size: 1,
      truth,
      isHard: false,
      scores: scores?.[i] ?? none,
      ...numbers[i]!,
    }))
  const kept = messagesBy(day.scores)
  const drawn = drawDay(kept, { labels: LABELS_A_DRAW, model: day.isByDoubt ? 'fair' : 'none' }, new Map())
  const labelOf = ({ id }: Message, role: 'evaluation' | 'training') => {
    const { one, consensus } = said[Number(id)]!
    return role === 'training' ? one : consensus
  }

  const ours = (messages: readonly Message[], window: readonly Scored[] | undefined): Shown => {
    const population = populationOf(messages, 'posts', classes)
    const [one] = samplesOf([{ ...drawn, messages }], labelOf)
    const assistance = window && assistanceOf(window, population.means, errors)
    return displayed(estimateOf([differencePart(one!.sample, population, 'posts', assistance, errors)]).classes)
  }
  const later = messagesBy(day.later.scores)
  const byBase = (): Shown => {
    const population = populationOf(later, 'posts', classes)
    const order = later.map((one, i) => ({ one, at: day.margins?.[i] ?? one.u })).sort((a, b) => a.at - b.at)
    const evaluation = [...later].sort((a, b) => a.u - b.u).slice(0, LABELS_A_DRAW)
    const taken = new Set(evaluation.map(({ id }) => id))
    const training = order
      .filter(({ one }) => one.u >= 0.3 && !taken.has(one.id))
      .slice(0, LABELS_A_DRAW)
      .map(({ one }) => one)
    const sampled = ({ id, scores }: Message, label: number | undefined, inclusionProbability: number) => ({
      item: id,
      size: 1,
      inclusionProbability,
      label,
      scores,
    })
    const sample = [
      ...evaluation.map((one) => sampled(one, labelOf(one, 'evaluation'), LABELS_A_DRAW / later.length)),
      ...training.map((one) => sampled(one, labelOf(one, 'training'), 1)),
    ]
    const assistance = base.assistanceOf(day.later.window, population.means)
    return displayed(base.estimateOf([base.differencePart(sample, population, 'posts', assistance)]).classes)
  }
  const isScored = day.scores !== undefined
  return {
    shares: {
      base: byBase(),
      kept: ours(kept, isScored ? day.keptWindow : undefined),
      shipped: ours(kept, isScored ? day.window : undefined),
      later: ours(later, day.later.window),
    },
    truth: truthOf(kept, 'posts', classes),
  }
}

function add(sums: Sums, shown: Shown, truth: readonly number[]): void {
  for (const [k, { share, low, high }] of shown.entries()) {
    sums.count += 1
    sums.square += (share - truth[k]!) ** 2
    sums.width += high - low
    sums.covered += Number(low - 1e-9 <= truth[k]! && truth[k]! <= high + 1e-9)
  }
}

const points = (share: number): string => (100 * share).toFixed(2).padStart(6)

void main()
