import { type Corpus, readCorpus } from './corpus'
import { type Dictionary, labelTexts, threshold } from './dictionary'
import { bestEngine, type Engine, startThreads } from './engine'
import { FastTextError, type FastTextErrorCode } from './error'
import { collectExamples } from './examples'
import type { FeatureRules } from './features'
import { completeHyperparameters, type Hyperparameters } from './hyperparameters'
import { drain } from './integers'
import type { Model, TrainingRecord } from './model'
import { bestLabels } from './predict'
import { layProblem, type Problem, STATE } from './problem'
import { nextFraction, seedRandom } from './random'
import { nameOf, readAll, type Text } from './text'

/** What was read, before the first epoch. `words` counts the dictionary's words with `</s>`, as fastText prints it. */
export type CorpusReport = { words: number; labels: number; tokens: number; examples: number }

/** Progress after an epoch. The loss is the epoch's mean; the optional fields are set only with early stopping. */
export type EpochReport = {
  epoch: number
  epochs: number
  tokens: number
  learningRate: number
  loss: number
  validationAccuracy?: number
  /** The best accuracy so far: its weights are kept. */
  improved?: boolean
  stopped?: boolean
}

export type TrainOptions = {
  /** Required for early stopping; otherwise not read. */
  validation?: Text | undefined
  onCorpus?: (report: CorpusReport) => void
  onEpoch?: (report: EpochReport) => void
  /** The loop to use; by default the kernel where WebAssembly SIMD is available. All give the same bytes. */
  engine?: Engine
}

/**
 * Trains a supervised model with softmax loss. The same text, hyperparameters and seed give the same model, byte for
 * byte. Lines without a label are skipped. Throws FastTextError before any large allocation: HYPERPARAMETER_*,
 * VALIDATION_MISSING, FILE_UNREADABLE, TRAINING_DATA_EMPTY, TRAINING_DATA_UNLABELLED, TRAINING_DATA_ONE_LABEL; and
 * TRAINING_DIVERGED when a learning rate is so high that weights become NaN.
 */
export function train(text: Text, chosen: Partial<Hyperparameters>, options: TrainOptions = {}): Model {
  const hyperparameters = completeHyperparameters(chosen)
  const { validation, onCorpus, onEpoch, engine = bestEngine() } = options
  if (hyperparameters.earlyStopping && validation === undefined)
    throw new FastTextError('VALIDATION_MISSING', {
      found: 'early stopping without a validation text',
      expected: 'one',
    })

  const { model, problem } = prepare(text, hyperparameters, engine)
  const { dictionary } = model
  onCorpus?.({
    words: dictionary.words,
    labels: dictionary.labels,
    tokens: dictionary.tokens,
    examples: problem.shape.examples,
  })
  const monitor =
    hyperparameters.earlyStopping && validation !== undefined
      ? watchValidation(model, problem, validation, hyperparameters)
      : undefined

  const threads = startThreads(problem)
  const run = threads ? threads.runEpoch : () => engine.descend(problem, 0, problem.shape.examples)
  try {
    for (let epoch = 1; epoch <= hyperparameters.epochs; epoch++) {
      const report = { ...runEpoch(problem, run, epoch, hyperparameters), ...monitor?.after(epoch) }
      onEpoch?.(report)
      if (report.stopped) break
    }
  } finally {
    threads?.stop()
  }
  monitor?.restore()
  return model
}

function runEpoch(problem: Problem, run: () => void, epoch: number, { epochs }: Hyperparameters): EpochReport {
  const states = problem.threads.map(({ state }) => state)
  for (const state of states) state.fill(0, STATE.loss)
  run()
  const total = (field: number) => states.reduce((all, state) => all + state[field]!, 0)
  const rate = problem.state[STATE.learningRate]!
  const loss = total(STATE.loss) / total(STATE.examples)
  if (!Number.isFinite(loss))
    throw new FastTextError('TRAINING_DIVERGED', {
      found: `a loss of ${loss} in epoch ${epoch}`,
      expected: `a finite one; the learning rate ${rate} is too high`,
    })
  return {
    epoch,
    epochs,
    tokens: total(STATE.tokensDone) + total(STATE.tokensPending),
    learningRate: rate * Math.max(0, 1 - total(STATE.tokensDone) / total(STATE.tokensInAll)),
    loss,
  }
}

const sum = (values: Int32Array): number => values.reduce((all, value) => all + value, 0)

/** BlazingText's early stopping: from `minEpochs` on it validates after each epoch, and stops after `patience` epochs without improvement. */
function watchValidation(model: Model, problem: Problem, validation: Text, { minEpochs, patience }: Hyperparameters) {
  const name = nameOf(validation, 'the validation text')
  // Read up front, so that an unusable text is refused before the first epoch.
  const text = readAll(validation)
  accuracyOn(model, text, name)
  let best = -1
  let inVain = 0
  let kept: { input: Float32Array; output: Float32Array } | undefined
  return {
    after(epoch: number): Pick<EpochReport, 'validationAccuracy' | 'improved' | 'stopped'> {
      if (epoch < minEpochs) return {}
      const validationAccuracy = accuracyOn(model, text, name)
      const improved = validationAccuracy > best
      inVain = improved ? 0 : inVain + 1
      if (improved) {
        best = validationAccuracy
        kept ??= { input: problem.input.slice(), output: problem.output.slice() }
        kept.input.set(problem.input)
        kept.output.set(problem.output)
      }
      return { validationAccuracy, improved, stopped: inVain >= patience }
    },
    restore() {
      if (!kept) return
      problem.input.set(kept.input)
      problem.output.set(kept.output)
    },
  }
}

/** The fraction of labelled lines whose best prediction is one of their labels. */
function accuracyOn(model: Model, text: Text, file: string): number {
  let right = 0
  let lines = 0
  for (const { labels, best } of bestLabels(model, text)) {
    if (labels.length === 0) continue
    lines++
    if (labels.includes(best)) right++
  }
  if (lines === 0)
    throw new FastTextError('TRAINING_DATA_UNLABELLED', {
      file,
      found: 'no line with a label of the training text',
      expected: 'at least one',
    })
  return right / lines
}

/** The dictionary, rows and examples of a text with initial weights: words uniform in +-1/dim, everything else zero. */
function prepare(text: Text, hyperparameters: Hyperparameters, engine: Engine): { model: Model; problem: Problem } {
  const corpus = readCorpus(text)
  const { dictionary, newIds } = threshold(corpus.dictionary, hyperparameters)
  check(corpus, dictionary, nameOf(text, 'the training text'), hyperparameters)

  const { vectorDim: dim, labelPrefix, seed, learningRate, epochs } = hyperparameters
  const rules = rulesOf(hyperparameters)
  const bucketRows = new Int32Array(rules.buckets)
  const examples = collectExamples(corpus, dictionary, newIds, rules, bucketRows, labelPrefix)
  const problem = layProblem(
    {
      dim,
      inputRows: examples.inputRows,
      labels: dictionary.labels,
      examples: examples.tokens.length,
      features: examples.features.length,
      targets: examples.targets.length,
    },
    engine.allocate,
    hyperparameters.threads,
  )
  drain(examples.features, problem.features)
  drain(examples.featureStarts, problem.featureStarts)
  drain(examples.targets, problem.targets)
  drain(examples.targetStarts, problem.targetStarts)
  drain(examples.tokens, problem.tokens)

  const random = seedRandom(seed)
  for (let word = 0; word < dictionary.words; word++)
    for (let j = 0; j < dim; j++) problem.input[word * problem.stride + j] = (2 * nextFraction(random) - 1) / dim
  problem.threads.forEach(({ state, random: own, from, to }, thread) => {
    own.set(thread === 0 ? random : seedRandom(seed + thread))
    state[STATE.learningRate] = learningRate
    const tokens =
      thread === 0 && to === problem.shape.examples ? dictionary.tokens : sum(problem.tokens.subarray(from, to))
    state[STATE.tokensInAll] = tokens * epochs
  })

  const { stride } = problem
  const model: Model = {
    rules,
    loss: 'softmax',
    record: recordOf(hyperparameters),
    labelPrefix,
    dictionary,
    labels: labelTexts(dictionary),
    input: { data: problem.input, rows: examples.inputRows, columns: dim, stride },
    output: { data: problem.output, rows: dictionary.labels, columns: dim, stride },
    bucketRows,
    absentBuckets: 'zero',
  }
  return { model, problem }
}

/** Refuses a text that nothing can be learned from. */
function check(
  { stream }: Corpus,
  { words, labels }: Dictionary,
  file: string,
  { minCount, labelPrefix }: Hyperparameters,
): void {
  const refuse = (code: FastTextErrorCode, found: string, expected: string) => {
    throw new FastTextError(code, { file, found, expected })
  }
  if (stream.length === 0) refuse('TRAINING_DATA_EMPTY', 'an empty text', 'lines of a label and words')
  if (labels === 0) refuse('TRAINING_DATA_UNLABELLED', `no label with the prefix ${labelPrefix}`, 'at least two labels')
  if (labels === 1) refuse('TRAINING_DATA_ONE_LABEL', 'one label only', 'at least two labels')
  if (words === 0)
    refuse('TRAINING_DATA_EMPTY', `no word that occurs ${minCount} times`, 'at least one, or a lower minCount')
}

const rulesOf = ({ wordNgrams, minCharacters, maxCharacters, buckets }: Hyperparameters): FeatureRules => ({
  wordNgrams,
  minCharacters,
  maxCharacters,
  // Without n-grams fastText keeps no buckets.
  buckets: wordNgrams > 1 || maxCharacters > 0 ? buckets : 0,
})

const recordOf = ({ epochs, minCount }: Hyperparameters): TrainingRecord => ({
  epochs,
  minCount,
  windowSize: 5,
  negatives: 5,
  updateRate: 100,
  samplingThreshold: 1e-4,
})
