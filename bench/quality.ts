import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { evaluate, type Hyperparameters, predict, readGoal, train, tune, type Tuned } from '../packages/fasttext/src'
import { median } from '../packages/fasttext/bench/engine-process'
import { DATA_USAGE } from './labelled-sets'
import { type Post, type QualitySet, qualitySets } from './quality-sets'
import { benchOptions } from './options'

const USAGE = `
node bin/run.mjs bench/quality.ts --data FOLDER [--trials 12] [--folds 3] [--seeds 5] [--equal-only]

How well does fastText's engine classify? Configurations are chosen on training and validation files only; then each test file is
read once. After that, this engine and the official program run with equal parameters.

  ${DATA_USAGE}
  --trials N      candidates of the search
  --folds N       folds of the search
  --seeds N       seeds of each final training
  --equal-only    only the comparison with equal parameters
`

const { values: options } = benchOptions(
  USAGE,
  {
    data: { type: 'string', default: '' },
    trials: { type: 'string', default: '12' },
    folds: { type: 'string', default: '3' },
    seeds: { type: 'string', default: '5' },
    'equal-only': { type: 'boolean', default: false },
  },
  { needs: ['data'] },
)
const [trials, folds, seeds] = [options.trials, options.folds, options.seeds].map(Number) as [number, number, number]

const EQUAL: Partial<Hyperparameters> = {
  vectorDim: 10,
  learningRate: 0.3,
  epochs: 20,
  wordNgrams: 2,
  minCount: 1,
  buckets: 200_000,
}
const EQUAL_SEEDS = 10

type Chosen = { set: QualitySet; kind: string; learn: Post[]; seed: number; tuned: Tuned; seconds: number }

function main(): void {
  const sets = qualitySets(options.data)
  const chosen = options['equal-only'] ? [] : sets.flatMap(chooseAll)
  const tests = new Map(sets.map((set) => [set.name, set.test()]))
  for (const set of sets)
    report(
      set,
      chosen.filter((one) => one.set === set),
      tests.get(set.name)!,
    )
  compareWithOfficial(sets, tests)
}

/** One configuration for each seed and kind, by cross-validation on the training examples. */
function chooseAll(set: QualitySet): Chosen[] {
  const learn = set.learn()
  console.log(`${set.name}: ${learn.length} lines to choose on; ${trials} choices, ${folds} folds, ${seeds} seeds`)
  return [false, true].flatMap((characters) =>
    Array.from({ length: seeds }, (_, i) => {
      const began = performance.now()
      const seed = i + 1
      const tuned = tune(
        learn.map(({ line }) => line),
        {
          groups: learn.map(({ group }) => group),
          goal: set.goal,
          seconds: 3600,
          seed,
          trials,
          folds,
          characters,
        },
      )
      const seconds = (performance.now() - began) / 1000
      const kind = characters ? 'with characters' : 'BlazingText-legal'
      console.log(
        `  ${kind}, seed ${seed}: ${percent(tuned.score)} +- ${percent(tuned.spread)} on the folds, ${seconds.toFixed(0)} s, ${JSON.stringify(tuned.best)}`,
      )
      return { set, kind, learn, seed, tuned, seconds }
    }),
  )
}

function report(set: QualitySet, chosen: Chosen[], test: Post[]): void {
  const { goal, published, wanted, name } = set
  for (const kind of new Set(chosen.map((one) => one.kind))) {
    const scores = chosen
      .filter((one) => one.kind === kind)
      .map(({ learn, tuned, seed }) => {
        const model = train(
          learn.map(({ line }) => line),
          { ...tuned.best, seed },
        )
        return readGoal(
          evaluate(
            model,
            test.map(({ line }) => line),
          ),
          goal,
        )
      })
    const notes = [
      kind === 'with characters' && wanted !== undefined ? `wanted ${wanted}` : '',
      published === undefined ? '' : `published fastText ${published}`,
    ]
    console.log(
      `${name}, test ${goal}, ${kind}: median ${percent(median(scores))} of ${scores.map(percent).join(' ')}  ${notes.filter(Boolean).join(', ')}`,
    )
  }
}

/** Equal parameters, ten seeds each: is the difference of the mean accuracies within 0.3 points and two standard errors? */
function compareWithOfficial(sets: QualitySet[], tests: Map<string, Post[]>): void {
  if (spawnSync('fasttext').error) {
    console.log('\nThe official fasttext program is not there (apt-get install fasttext): no comparison.')
    return
  }
  console.log(`\nequal parameters ${JSON.stringify(EQUAL)}, ${EQUAL_SEEDS} seeds, mean test accuracy +- standard error`)
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-quality-'))
  for (const set of sets) {
    const test = tests.get(set.name)!
    const learn = set.learn().map(({ line }) => line)
    const all = Array.from({ length: EQUAL_SEEDS }, (_, i) => i + 1)
    const ours = spreadOf(all.map((seed) => accuracyOfOurs(learn, test, seed)))
    const theirs = spreadOf(all.map((seed) => accuracyOfOfficial(folder, learn, test, seed)))
    const difference = ours.mean - theirs.mean
    const allowed = 0.003 + 2 * Math.hypot(ours.error, theirs.error)
    console.log(
      `  ${set.name.padEnd(20)} ours ${percent(ours.mean)} +- ${percent(ours.error)}  official ${percent(theirs.mean)} +- ${percent(theirs.error)}` +
        `  difference ${percent(difference)}, allowed ${percent(allowed)}: ${Math.abs(difference) <= allowed ? 'within' : 'OUTSIDE'}`,
    )
  }
  rmSync(folder, { recursive: true })
}

function accuracyOfOurs(learn: string[], test: Post[], seed: number): number {
  const model = train(learn, { ...EQUAL, seed })
  return test.filter(({ line, label }) => predict(model, line)[0]?.label === label).length / test.length
}

function accuracyOfOfficial(folder: string, learn: string[], test: Post[], seed: number): number {
  const [trainFile, testFile, output] = ['train.txt', 'test.txt', 'model'].map((name) => path.join(folder, name)) as [
    string,
    string,
    string,
  ]
  writeFileSync(trainFile, `${learn.join('\n')}\n`)
  writeFileSync(testFile, `${test.map(({ line }) => line).join('\n')}\n`)
  const { vectorDim, learningRate, epochs, wordNgrams, minCount, buckets } = EQUAL
  const flags = {
    dim: vectorDim,
    lr: learningRate,
    epoch: epochs,
    wordNgrams,
    minCount,
    bucket: buckets,
    thread: 1,
    seed,
    verbose: 0,
  }
  const asWords = Object.entries(flags).flatMap(([flag, value]) => [`-${flag}`, String(value)])
  execFileSync('fasttext', ['supervised', '-input', trainFile, '-output', output, ...asWords], { stdio: 'ignore' })
  const answers = execFileSync('fasttext', ['predict', `${output}.bin`, testFile], { encoding: 'utf8' })
    .trimEnd()
    .split('\n')
  return test.filter(({ label }, i) => answers[i] === `__label__${label}`).length / test.length
}

function spreadOf(values: number[]): { mean: number; error: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
  return { mean, error: Math.sqrt(variance / values.length) }
}

const percent = (share: number): string => (100 * share).toFixed(2)

main()
