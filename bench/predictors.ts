import { readFileSync } from 'node:fs'
import path from 'node:path'
import { withPrior } from '../shared/engines/classifier'
import type { Example } from '../shared/engines/engine'
import { linear } from '../shared/engines/linear'
import { priorOf } from '../shared/engines/prior'
import { assistanceOf } from '../shared/statistics/assistance'
import { differencePart, displayed, estimateOf } from '../shared/statistics/difference'
import { judgementErrors } from '../shared/statistics/judgement-errors'
import { pairCounts } from '../shared/statistics/pair-counts'
import { mulberry32 } from '../shared/statistics/random'
import { combinationOf, combinedScores, type ScoredWithOpinion } from '../shared/statistics/second-predictor'
import { wilson } from '../shared/statistics/wilson'
import { TEXT_VERSION, textOfShown } from '../shared/text'
import { cascadeId, permanentRandom } from '../shared/text/cascade'
import { textOfSource } from '../shared/text/encoding'
import { type Cell as Drawing, drawDay, type Message, populationOf, samplesOf, truthOf } from './coverage-world'
import { consensusOf } from './judges'
import { DATA_USAGE, SET_FILES } from './labelled-sets'
import { benchOptions } from './options'

const USAGE = `
node bin/run.mjs bench/predictors.ts --data FOLDER [--days 500] [--sets corporate,…] [--cells right-85,…] [--learnt 400,1600]

How much narrower does a second predictor make the interval of a day, and does the interval still hold the truth? Days of real
labelled posts, with a champion that learnt from other posts, a simulated language model and simulated annotators.

Each day is estimated with and without the model's answers, by the product's own draw, combination and estimate. A line has the
ratio of widths (geometric mean over the classes), the weight of the answers, and for each class its ratio and coverage; the
coverage without the answers is in brackets. Ends with 1 where a width or a coverage is not reached.

  ${DATA_USAGE}
  --days N        days of each cell
  --sets A,…      sets to use
  --cells A,…     only these cells
  --learnt N,…    labels that the champion learnt from
  --mistakes P    how often annotators err, 0 to 1 (0.05)
`

const { values: options } = benchOptions(
  USAGE,
  {
    data: { type: 'string', default: '' },
    days: { type: 'string', default: '500' },
    sets: { type: 'string', default: 'corporate,emotion,irony,aws' },
    cells: { type: 'string', default: '' },
    learnt: { type: 'string', default: '400,1600' },
    mistakes: { type: 'string', default: '0.05' },
  },
  { needs: ['data'] },
)
const DAYS = Number(options.days)
const MISTAKES = Number(options.mistakes)

const POSTS = 240
const LABELS = 30
const WINDOW = 300
const PAIRS = 300
/** The number of posts that a champion trains on, for sets with few distinct messages. */
const SMALL: Record<string, number> = { aws: 200 }

/** Bounds of a cell: on the mean coverage over sets and classes, and on the upper limit of each one's coverage. */
const [LEAST_AVERAGE, MOST_AVERAGE, LEAST_UPPER] = [0.94, 0.975, 0.9]

/** The language model's answer about a post of this class; undefined without an answer. */
type Answering = (truth: number, classes: number, random: () => number) => number | undefined

const other = (truth: number, classes: number, random: () => number) =>
  (truth + 1 + Math.floor(random() * (classes - 1))) % classes
const rightIn =
  (share: number): Answering =>
  (truth, classes, random) =>
    random() < share ? truth : other(truth, classes, random)

interface Cell {
  name: string
  window: Answering
  /** The answers on the day, if they differ from those in the window. */
  day?: Answering
  /** The maximum ratio of the width to the width without answers. */
  wanted?: number
}

const CELLS: Cell[] = [
  { name: 'right-80', window: rightIn(0.8) },
  { name: 'right-85', window: rightIn(0.85), wanted: 0.88 },
  { name: 'right-90', window: rightIn(0.9), wanted: 0.8 },
  { name: 'right-95', window: rightIn(0.95) },
  { name: 'right-50', window: rightIn(0.5) },
  { name: 'one-class', window: () => 0 },
  { name: 'by-class', window: (truth, classes, random) => rightIn(truth === 0 ? 0.95 : 0.75)(truth, classes, random) },
  {
    name: 'half-answered',
    window: (truth, classes, random) => (random() < 0.5 ? rightIn(0.85)(truth, classes, random) : undefined),
  },
  {
    name: 'half-on-the-day',
    window: rightIn(0.85),
    day: (truth, classes, random) => (random() < 0.5 ? rightIn(0.85)(truth, classes, random) : undefined),
  },
  { name: 'always-wrong', window: rightIn(0) },
  { name: 'then-right-50', window: rightIn(0.85), day: rightIn(0.5) },
  { name: 'then-one-class', window: rightIn(0.85), day: () => 0 },
  { name: 'then-wrong', window: rightIn(0.85), day: rightIn(0) },
]

interface Post {
  id: string
  truth: number
  scores: readonly number[]
}

interface World {
  name: string
  labels: readonly string[]
  posts: readonly Post[]
}

/** By class. */
interface Sums {
  days: number
  covered: [number[], number[]]
  width: [number[], number[]]
  weight: number
}

async function main(): Promise<void> {
  const worlds: World[] = []
  for (const name of options.sets.split(','))
    for (const learnt of SMALL[name] === undefined ? options.learnt.split(',').map(Number) : [SMALL[name]])
      worlds.push(await worldOf(options.data, name, learnt))
  for (const cell of CELLS) {
    if (options.cells && !options.cells.split(',').includes(cell.name)) continue
    const all: Sums[] = []
    for (const world of worlds) {
      const sums = play(world, cell)
      all.push(sums)
      const ratios = sums.width[1].map((width, k) => width / sums.width[0][k]!)
      console.log(
        `${cell.name.padEnd(16)} ${world.name.padEnd(16)} ratio ${geometric(ratios).toFixed(3)} weight ${(sums.weight / sums.days).toFixed(2)} ` +
          world.labels
            .map(
              (label, k) =>
                `${label.slice(0, 8)} ${ratios[k]!.toFixed(2)} ${percent(sums.covered[1][k]! / sums.days)} (${percent(sums.covered[0][k]! / sums.days)})`,
            )
            .join(', '),
      )
    }
    conclude(cell, all)
  }
}

function conclude({ name, day, wanted = Number.POSITIVE_INFINITY }: Cell, all: readonly Sums[]): void {
  const ratio = geometric(all.flatMap(({ width: [before, after] }) => after.map((one, k) => one / before[k]!)))
  const [before, after] = ([0, 1] as const).map((place) =>
    all.flatMap(({ covered, days }) => covered[place].map((one) => ({ share: one / days, days }))),
  ) as [Coverage[], Coverage[]]
  const average = mean(after.map(({ share }) => share))
  const worst = after.reduce((a, b) => (a.share < b.share ? a : b))
  const high = wilson(worst.share, worst.days).high
  console.log(
    `${name}: width ${ratio.toFixed(3)} of that without${Number.isFinite(wanted) ? ` (to reach: ${wanted})` : ''};` +
      ` covers ${percent(average)} on average, worst ${percent(worst.share)} (upper limit ${percent(high)});` +
      ` without ${percent(mean(before.map(({ share }) => share)))}, worst ${percent(Math.min(...before.map(({ share }) => share)))}\n`,
  )
  // Models that answer differently on the day than in the window are printed without a bound.
  const isBound = day === undefined
  if (ratio > wanted || (isBound && (average < LEAST_AVERAGE || average > MOST_AVERAGE || high < LEAST_UPPER)))
    process.exitCode = 1
}

interface Coverage {
  share: number
  days: number
}

/** Labelled posts: some train a champion, the others have its scores. */
async function worldOf(folder: string, name: string, learnt: number): Promise<World> {
  const examples = FILES[name]!.flatMap((file) => readMessages(path.join(folder, file)))
  const inOrder = [...new Map(examples.map((one) => [one.item, one])).values()].sort(
    (a, b) => permanentRandom(a.item, 'predictors') - permanentRandom(b.item, 'predictors'),
  )
  const train = inOrder.slice(0, learnt)
  const rest = inOrder.slice(learnt)
  const files = await linear.train({ train, validation: [] }, linear.suggested)
  const model = await linear.load(files, { textVersion: TEXT_VERSION, where: name })
  const prior = priorOf(train.map(({ label }) => ({ label, inclusionProbability: null })))
  const classifier = withPrior(model, prior, TEXT_VERSION)
  const scores = await classifier.classify(rest.map(({ text }) => textOfShown(text)))
  const posts = rest.flatMap(({ item, label }, i) => {
    const truth = classifier.labels.indexOf(label)
    return truth === -1 ? [] : [{ id: item, truth, scores: scores[i]!.probabilities }]
  })
  return { name: `${name} ${learnt}`, labels: classifier.labels, posts }
}

const FILES: Readonly<Record<string, readonly string[]>> = { ...SET_FILES, aws: ['aws-tweets/posts.jsonl'] }

function readMessages(file: string): Example[] {
  const rows = readFileSync(file, 'utf8').trim().split('\n')
  return rows.map((row) => {
    const { text, label }: { text: string; label: string } = JSON.parse(row)
    return { item: cascadeId(text), text: textOfSource(text, 'html').shown, label }
  })
}

function play(world: World, cell: Cell): Sums {
  const classes = world.labels.length
  const random = mulberry32(20_261_128)
  const sums: Sums = {
    days: 0,
    covered: [zeros(classes), zeros(classes)],
    width: [zeros(classes), zeros(classes)],
    weight: 0,
  }
  const say = (truth: number) => (random() < MISTAKES ? other(truth, classes, random) : truth)
  const consensus = (truth: number) => consensusOf(() => say(truth))
  const drawing: Drawing = {
    name: '',
    share: 0,
    posts: POSTS,
    copies: false,
    classes,
    mistakes: { rates: [0, 0] },
    model: 'fair',
    labels: LABELS,
    pairs: PAIRS,
    days: 1,
    basis: 'posts',
  }
  for (let day = 0; day < DAYS; day++) {
    const chosen = shuffled(world.posts, POSTS + WINDOW, random)
    const judgedTwice = Array.from({ length: PAIRS }, () => world.posts[Math.floor(random() * world.posts.length)]!)
    const errors = judgementErrors(pairCounts(classes, judgedTwice.map(({ truth }) => consensus(truth).said))) // prettier-ignore
    const window = chosen.slice(POSTS).flatMap(({ truth, scores }): ScoredWithOpinion[] => {
      const { label } = consensus(truth)
      const opinion = cell.window(truth, classes, random)
      return label === undefined ? [] : [{ label, scores, opinion }]
    })
    const messages = chosen.slice(0, POSTS).map(({ id, truth, scores }): Message => ({
      id,
      truth,
      scores,
      size: 1,
      isHard: false,
      u: random(),
      v: random(),
    }))
    const opinions = new Map(messages.map(({ id, truth }) => [id, (cell.day ?? cell.window)(truth, classes, random)]))
    const [one] = samplesOf([drawDay(messages, drawing, new Map())], ({ truth }, role) =>
      role === 'training' ? say(truth) : consensus(truth).label,
    )
    const truth = truthOf(messages, 'posts', classes)
    const answered = [...opinions.values()].filter((opinion) => opinion !== undefined).length / messages.length
    const found = combinationOf(window, classes, answered)
    sums.days += 1
    sums.weight += found?.combination.weight ?? 0
    for (const [place, combination] of [undefined, found].entries()) {
      const scored = <T extends { scores: readonly number[] }>(one: T, id: string): T =>
        combination ? { ...one, scores: combinedScores(one.scores, opinions.get(id), combination.combination) } : one
      const population = populationOf(
        messages.map((one) => scored(one, one.id)),
        'posts',
        classes,
      )
      const learnt = assistanceOf(combination?.window ?? window, population.means, errors)
      const assistance = learnt && { ...learnt, mayChange: combination !== undefined }
      const sample = one!.sample.map((one) => scored(one, one.item))
      const estimated = estimateOf([differencePart(sample, population, 'posts', assistance, errors)])
      for (const [k, { low, high }] of displayed(estimated.classes).entries()) {
        sums.covered[place]![k]! += Number(low <= truth[k]! + 1e-9 && truth[k]! - 1e-9 <= high)
        sums.width[place]![k]! += high - low
      }
    }
  }
  return sums
}

function shuffled<T>(all: readonly T[], count: number, random: () => number): T[] {
  const list = [...all]
  for (let i = 0; i < Math.min(count, list.length); i++) {
    const j = i + Math.floor(random() * (list.length - i))
    ;[list[i], list[j]] = [list[j]!, list[i]!]
  }
  return list.slice(0, count)
}

const zeros = (length: number): number[] => Array.from({ length }, () => 0)
const mean = (list: readonly number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length
const geometric = (list: readonly number[]): number => Math.exp(mean(list.map(Math.log)))
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

void main()
