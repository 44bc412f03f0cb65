import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { searchOptions } from '../services/trainer/tuning'
import { decisionOf, withPrior } from '../shared/engines/classifier'
import type { Engine, Example, Hyperparameters } from '../shared/engines/engine'
import { fastText } from '../shared/engines/fasttext'
import { linear } from '../shared/engines/linear'
import { naiveBayes } from '../shared/engines/naive-bayes'
import { priorOf } from '../shared/engines/prior'
import { metrics } from '../packages/fasttext/src'
import { readSettings } from '../shared/settings'
import { TEXT_VERSION, textOfShown } from '../shared/text'
import { textOfSource } from '../shared/text/encoding'
import { cascadeId, permanentRandom } from '../shared/text/cascade'
import { DATA_USAGE } from './labelled-sets'
import { benchOptions } from './options'

const USAGE = `
node bin/run.mjs bench/few-labels.ts --data FOLDER [--draws 10] [--labels 50,100,200,500,1000] [--engines fasttext,linear]

Which engine learns more from few labels? Macro-F1 on posts of the same set that no model learned from, over random draws of
labels; every engine gets the same draws. fastText has the trainer's hyperparameters: those of bellwether.yml and, from
training.tuneFrom labels on, those of the trainer's own search, so only what BlazingText can run. The sample posts of this
repository come last, and are not in the mean.

  ${DATA_USAGE}
  --draws N       random draws of each number of labels
  --labels N,…    numbers of labels
  --engines A,…   engines to compare
`

const { values } = benchOptions(
  USAGE,
  {
    data: { type: 'string', default: '' },
    draws: { type: 'string', default: '10' },
    labels: { type: 'string', default: '50,100,200,500,1000' },
    engines: { type: 'string', default: 'fasttext,linear' },
  },
  { needs: ['data'] },
)
const TEST_SHARE = 0.3
const MOST_TESTED = 2000
const MOST_POOL = 3000
const TIMED_LABELS = 1000
const TIMED_POSTS = 20_000

const { training } = readSettings(process.cwd())
const ENGINES = [fastText, linear, naiveBayes].filter(({ name }) => values.engines.split(',').includes(name))
const SIZES = values.labels.split(',').map(Number)
const DRAWS = Number(values.draws)

interface TestSet {
  name: string
  pool: Example[]
  tested: Example[]
}

/** Macro-F1 of the draws, by engine and number of labels. */
type Scores = Map<string, number[]>

async function main(): Promise<void> {
  const found: { name: string; scores: Scores }[] = []
  for (const { name, pool, tested } of setsIn(values.data)) {
    console.log(`\n${name}: ${pool.length} messages to learn from, ${tested.length} to be asked about`)
    console.log(rowOf('labels', ['majority', ...ENGINES.map((engine) => engine.name)]))
    const scores: Scores = new Map()
    for (const labels of SIZES.filter((size) => size <= pool.length)) {
      const means = []
      for (const engine of ENGINES) {
        const ofDraws = await scoresOf(engine, pool, tested, labels)
        scores.set(keyOf(engine.name, labels), ofDraws)
        means.push(`${points(mean(ofDraws))} ± ${points(errorOf(ofDraws))}`)
      }
      console.log(rowOf(labels, [points(majorityOf(tested)), ...means]))
    }
    found.push({ name, scores })
  }
  compare(found)
  await speed(official('TweetEval emotion', path.join(values.data, 'tweeteval-emotion')))
}

/** CPU time of linear's training with its search and of its classification, and the bytes of its model. */
async function speed({ name, pool, tested }: TestSet): Promise<void> {
  const train = pool.slice(0, TIMED_LABELS)
  const began = process.cpuUsage()
  const files = await linear.train({ train, validation: [] }, linear.suggested)
  const trained = secondsSince(began)
  const bytes = [...files.values()].reduce((sum, { length }) => sum + length, 0)
  const model = await linear.load(files, { textVersion: TEXT_VERSION, where: linear.name })
  const asked = Array.from({ length: TIMED_POSTS }, (_, i) => tested[i % tested.length]!.text)
  await model.classify(asked.slice(0, 2000))
  const since = process.cpuUsage()
  await model.classify(asked)
  const perSecond = Math.round(TIMED_POSTS / secondsSince(since))
  console.log(
    `\nlinear on ${train.length} labels of ${name}: ${trained.toFixed(1)} s of CPU with its search, ${bytes} bytes`,
  )
  console.log(`answering ${TIMED_POSTS} posts, the text function with it: ${perSecond} posts a second of CPU`)
}

function secondsSince(began: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(began)
  return (user + system) / 1e6
}

/** Points of macro-F1 between linear and fastText: the mean over the real sets, and every set where linear loses. */
function compare(found: readonly { name: string; scores: Scores }[]): void {
  if (!['fasttext', 'linear'].every((name) => ENGINES.some((engine) => engine.name === name))) return
  const real = found.filter(({ name }) => name !== SAMPLE)
  console.log(`\nlinear - fasttext, points of macro-F1, paired by draw; mean of ${real.length} sets of real posts`)
  for (const labels of SIZES) {
    const bySet = found.flatMap(({ name, scores }) => {
      const [before, after] = ['fasttext', 'linear'].map((engine) => scores.get(keyOf(engine, labels)))
      return before && after ? [{ name, differences: after.map((score, i) => score - before[i]!) }] : []
    })
    const ofReal = bySet.filter(({ name }) => name !== SAMPLE)
    const means = ofReal.map(({ differences }) => mean(differences))
    const each = bySet.map(({ name, differences }) => `${name} ${signed(mean(differences))}`)
    console.log(`${String(labels).padStart(6)}  ${signed(mean(means))}  (${each.join(', ')})`)
    for (const { name, differences } of bySet)
      if (mean(differences) < 0)
        console.log(`        loses on ${name}: ${signed(mean(differences))} ± ${points(errorOf(differences))}`)
  }
}

const SAMPLE = 'sample posts'

function* setsIn(folder: string): Generator<TestSet> {
  yield split('corporate messaging', path.join(folder, 'corporate-messaging/posts.jsonl'))
  for (const name of ['emotion', 'irony']) yield official(`TweetEval ${name}`, path.join(folder, `tweeteval-${name}`))
  if (existsSync(path.join(folder, 'aws-tweets/posts.jsonl')))
    yield split('AWS tweets', path.join(folder, 'aws-tweets/posts.jsonl'))
  yield split(SAMPLE, 'samples/posts/sample.jsonl')
}

function split(name: string, file: string): TestSet {
  const messages = readMessages(file)
  const isTested = ({ item }: Example) => permanentRandom(item, 'test') < TEST_SHARE
  return {
    name,
    pool: messages.filter((message) => !isTested(message)).slice(0, MOST_POOL),
    tested: messages.filter(isTested).slice(0, MOST_TESTED),
  }
}

/** A set with its own test posts. */
function official(name: string, folder: string): TestSet {
  const tested = readMessages(path.join(folder, 'test.jsonl'))
  const known = new Set(tested.map(({ item }) => item))
  const pool = readMessages(path.join(folder, 'train.jsonl')).filter(({ item }) => !known.has(item))
  return { name, pool: pool.slice(0, MOST_POOL), tested }
}

/** Macro-F1 of an engine in each draw of labels. A draw has about the label shares of the pool, and each label twice. */
async function scoresOf(
  engine: Engine,
  pool: readonly Example[],
  tested: readonly Example[],
  labels: number,
): Promise<number[]> {
  const scores: number[] = []
  for (let draw = 0; draw < DRAWS; draw++) scores.push(await macroF1Of(engine, drawn(pool, labels, draw), tested))
  return scores
}

function drawn(pool: readonly Example[], labels: number, draw: number): Example[] {
  const random = ({ item }: Example) => permanentRandom(item, `draw ${draw}`)
  const inOrder = [...pool].sort((a, b) => random(a) - random(b))
  const seen = new Map<string, number>()
  const first = inOrder.filter(({ label }) => {
    seen.set(label, (seen.get(label) ?? 0) + 1)
    return seen.get(label)! <= 2
  })
  const chosen = new Set([...first, ...inOrder].slice(0, labels + first.length))
  return [...chosen].slice(0, labels)
}

async function macroF1Of(engine: Engine, train: Example[], tested: readonly Example[]): Promise<number> {
  const files = await engine.train({ train, validation: [] }, await hyperparametersOf(engine, train))
  const model = await engine.load(files, { textVersion: TEXT_VERSION, where: engine.name })
  const prior = priorOf(train.map(({ label }) => ({ label, inclusionProbability: null })))
  const classifier = withPrior(model, prior, TEXT_VERSION)
  const said = await classifier.classify(tested.map(({ text }) => textOfShown(text)))
  return metrics(
    tested.map(({ label }, i) => {
      const best = decisionOf(said[i]!)
      const probability = said[i]!.probabilities[best]!
      return { truths: [label], predictions: [{ label: classifier.labels[best]!, probability }] }
    }),
  ).macroF1
}

/** The hyperparameters that the trainer chooses for a dataset of these examples. */
async function hyperparametersOf(engine: Engine, train: readonly Example[]): Promise<Hyperparameters> {
  if (engine !== fastText) return engine.suggested
  const configured = engine.hyperparameters.parse(training.hyperparameters)
  const { search } = engine
  if (!search || train.length < training.tuneFrom) return configured
  const options = searchOptions(search, train.length, configured, training.tuneSeconds)
  return (await search.run(train, options)).best
}

/** Macro-F1 of always answering the most frequent label. */
function majorityOf(tested: readonly Example[]): number {
  const counts = new Map<string, number>()
  for (const { label } of tested) counts.set(label, (counts.get(label) ?? 0) + 1)
  const most = Math.max(...counts.values())
  return (2 * most) / (most + tested.length) / counts.size
}

/** One of each cascade. */
function readMessages(file: string): Example[] {
  const rows = readFileSync(file, 'utf8').trim().split('\n')
  const messages = rows.flatMap((row): Example[] => {
    const { text, label }: { text: string; label?: string } = JSON.parse(row)
    return label === undefined ? [] : [{ item: cascadeId(text), text: textOfSource(text, 'html').shown, label }]
  })
  return [...new Map(messages.map((message) => [message.item, message])).values()]
}

const keyOf = (engine: string, labels: number): string => `${engine} ${labels}`
const rowOf = (first: string | number, cells: readonly string[]): string =>
  `${String(first).padStart(6)} ${cells.map((cell) => cell.padStart(14)).join(' ')}`
const mean = (list: readonly number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length
const errorOf = (list: readonly number[]): number =>
  Math.sqrt(mean(list.map((value) => (value - mean(list)) ** 2)) / Math.max(1, list.length - 1))
const points = (share: number): string => (100 * share).toFixed(1)
const signed = (share: number): string => `${share < 0 ? '-' : '+'}${points(Math.abs(share))}`

void main()
