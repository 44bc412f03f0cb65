import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { ENGINES } from '../shared/engines'
import { likeliest, withPrior } from '../shared/engines/classifier'
import type { Engine, Example } from '../shared/engines/engine'
import { priorOf } from '../shared/engines/prior'
import { metrics } from '../shared/fasttext'
import { readSettings } from '../shared/settings'
import { TEXT_VERSION, textOfShown } from '../shared/text'
import { textOfSource } from '../shared/text/encoding'
import { cascadeId, permanentRandom } from '../shared/text/cascade'

// Which engine learns more from few labels: macro-F1 on posts of the same set that no model learned from, the mean over
// random draws of labels. Every engine has the hyperparameters that the services give it: bellwether.yml's for its engine,
// what it suggests for the others; nothing is tuned.
//
//   node bin/run.mjs bench/few-labels.ts --data FOLDER [--draws 6]
//
// What FOLDER holds: bench/quality-sets.ts. The sample posts of this repository come last.

const { values } = parseArgs({ options: { data: { type: 'string' }, draws: { type: 'string', default: '6' } } })
const LABELS = [20, 40, 60, 80, 100, 150, 200, 400]
const TEST_SHARE = 0.3
const MOST_TESTED = 1000

const { training } = readSettings(process.cwd())

async function main(): Promise<void> {
  if (!values.data) {
    console.error('usage: node bin/run.mjs bench/few-labels.ts --data FOLDER; what it holds: bench/quality-sets.ts')
    process.exitCode = 2
    return
  }
  const sets: Record<string, string> = {
    'corporate messaging': path.join(values.data, 'corporate-messaging/posts.jsonl'),
    'TweetEval emotion': path.join(values.data, 'tweeteval-emotion/train.jsonl'),
    'TweetEval irony': path.join(values.data, 'tweeteval-irony/train.jsonl'),
    'sample posts': 'samples/posts/sample.jsonl',
  }
  for (const [name, file] of Object.entries(sets)) {
    const messages = readMessages(file)
    const tested = messages.filter(({ item }) => permanentRandom(item, 'test') < TEST_SHARE).slice(0, MOST_TESTED)
    const pool = messages.filter(({ item }) => permanentRandom(item, 'test') >= TEST_SHARE)
    console.log(`\n${name}: ${pool.length} messages to learn from, ${tested.length} to be asked about`)
    console.log(`${'labels'.padStart(8)} ${ENGINES.map((engine) => engine.name.padStart(12)).join(' ')}`)
    for (const labels of LABELS) {
      const scores = []
      for (const engine of ENGINES) scores.push(await scoreOf(engine, pool, tested, labels))
      console.log(`${String(labels).padStart(8)} ${scores.map((score) => score.toFixed(3).padStart(12)).join(' ')}`)
    }
  }
}

/** The mean macro-F1 of an engine over draws of so many labels; a draw of one label alone is left out. */
async function scoreOf(
  engine: Engine,
  pool: readonly Example[],
  tested: readonly Example[],
  labels: number,
): Promise<number> {
  const found: number[] = []
  for (let draw = 0; draw < Number(values.draws); draw++) {
    const random = ({ item }: Example) => permanentRandom(item, `draw ${draw}`)
    const train = [...pool].sort((a, b) => random(a) - random(b)).slice(0, labels)
    if (new Set(train.map(({ label }) => label)).size < 2) continue
    found.push(await macroF1Of(engine, train, tested))
  }
  return found.reduce((sum, score) => sum + score, 0) / found.length
}

async function macroF1Of(engine: Engine, train: Example[], tested: readonly Example[]): Promise<number> {
  const chosen =
    engine.name === training.engine ? engine.hyperparameters.parse(training.hyperparameters) : engine.suggested
  const files = await engine.train({ train, validation: [] }, chosen)
  const model = await engine.load(files, { textVersion: TEXT_VERSION, where: engine.name })
  const prior = priorOf(train.map(({ label }) => ({ label, inclusionProbability: null })))
  const classifier = withPrior(model, prior, TEXT_VERSION)
  const said = await classifier.classify(tested.map(({ text }) => textOfShown(text)))
  return metrics(
    tested.map(({ label }, i) => {
      const { probabilities } = said[i]!
      const best = likeliest(probabilities)
      return { truths: [label], predictions: [{ label: classifier.labels[best]!, probability: probabilities[best]! }] }
    }),
  ).macroF1
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

void main()
