import { writeSync } from 'node:fs'
import { checkOutput, checkText } from './cli-files'
import { tuneByFlags } from './cli-tune'
import { asTyped, parseArguments, parseFlags, required } from './cli-flags'
import { HELP, PROGRAM } from './cli-help'
import { openOutput } from './cli-output'
import { bestEngine, type Engine, PLAIN_ENGINE, simdEngine } from './engine'
import { codeOf, FastTextError } from './error'
import { evaluate } from './evaluate'
import { readModel, saveModel } from './model-file'
import { bareLabel, LOG_MARGIN, makeRanker, readLines } from './predict'
import { fixed, general } from './printf'
import { train } from './train'

// The command line, with fastText's verbs, flags, defaults and output. Only the default of -thread differs: 1.

type Verb = (words: string[]) => void

const VERBS = {
  supervised,
  test,
  'test-label': testLabels,
  predict: (words) => predictLines(words, false),
  'predict-prob': (words) => predictLines(words, true),
  tune: (words) => print(tuneByFlags(words, note)),
} satisfies Record<string, Verb>

const isVerb = (word: string): word is keyof typeof VERBS => Object.hasOwn(VERBS, word)

/** Commands of the official program that this one does not have. */
const ELSEWHERE = new Set(
  'skipgram cbow quantize print-word-vectors print-sentence-vectors print-ngrams nn analogies dump'.split(' '),
)

main(process.argv.slice(2))

function main([verb = 'help', ...words]: string[]): void {
  if (['help', '--help', '-h'].includes(verb)) return print(HELP.all)
  if (ELSEWHERE.has(verb)) fail(`unknown command ${verb}: only the official program has it\n\n${HELP.all}`, 2)
  if (!isVerb(verb)) fail(`unknown command ${verb}\n\n${HELP.all}`, 2)
  if (words.includes('--help') || words.includes('-h')) return print(HELP[verb])
  try {
    VERBS[verb](words)
  } catch (error) {
    if (error instanceof FastTextError) fail(messageOf(error), error.code.startsWith('HYPERPARAMETER') ? 2 : 1)
    if (codeOf(error) === 'EPIPE') process.exit(0)
    throw error
  }
}

function supervised(words: string[]): void {
  const { hyperparameters, files, verbose, kernel } = parseFlags(words)
  const input = required(files.input, '-input')
  const output = required(files.output, '-output')
  if (hyperparameters.earlyStopping && files.validation === undefined)
    throw new FastTextError('HYPERPARAMETER_INVALID', {
      found: '-earlyStopping true without -validation',
      expected: '-validation and a file of labelled lines',
    })
  checkOutput(output)
  for (const file of [input, files.validation]) if (file !== undefined) checkText(file, 'a file of labelled lines')
  if (hyperparameters.threads > 1) note('Several threads: the model is not reproducible.\n')

  let began = performance.now()
  const model = train({ file: input }, hyperparameters, {
    validation: files.validation === undefined ? undefined : { file: files.validation },
    engine: chooseEngine(kernel),
    onCorpus({ words, labels, tokens }) {
      began = performance.now()
      if (verbose > 0)
        note(`Read ${Math.floor(tokens / 1e6)}M words\nNumber of words:  ${words}\nNumber of labels: ${labels}\n`)
    },
    onEpoch({ epoch, epochs, tokens, learningRate, loss, validationAccuracy, stopped }) {
      const isLast = epoch === epochs || stopped === true
      if (validationAccuracy !== undefined && verbose > 0)
        note(`\rEpoch ${epoch} validation accuracy: ${validationAccuracy.toFixed(6)}\n`)
      if (verbose < (isLast ? 1 : 2)) return
      const seconds = (performance.now() - began) / 1000
      const left = Math.round((seconds / epoch) * (epochs - epoch))
      note(
        `\rProgress: ${((100 * epoch) / epochs).toFixed(1).padStart(5)}% words/sec/thread: ` +
          `${Math.round(tokens / seconds / hyperparameters.threads)
            .toString()
            .padStart(7)} lr: ${learningRate.toFixed(6).padStart(9)} ` +
          `avg.loss: ${loss.toFixed(6).padStart(9)} ETA: ${Math.floor(left / 3600)
            .toString()
            .padStart(3)}h${Math.floor((left / 60) % 60)
            .toString()
            .padStart(2)}m${(left % 60).toString().padStart(2)}s${isLast ? '\n' : ''}`,
      )
    },
  })
  saveModel(model, `${output}.bin`)
}

function chooseEngine(kernel: string): Engine {
  if (kernel === 'auto') return bestEngine()
  const engine = kernel === 'plain' ? PLAIN_ENGINE : simdEngine()
  if (!engine)
    throw new FastTextError('HYPERPARAMETER_INVALID', {
      found: '-kernel simd',
      expected: 'a runtime with WebAssembly SIMD',
    })
  return engine
}

function test(words: string[]): void {
  const { modelFile, textFile, k, shownK, threshold } = parseArguments(words, HELP.test)
  checkText(textFile, 'a file of labelled lines')
  const { examples, precision, recall } = evaluate(readModel(modelFile), { file: textFile }, k, threshold)
  const show = (value: number) => (Number.isNaN(value) ? 'nan' : general(value, 3))
  print(`N\t${examples}\nP@${shownK}\t${show(precision)}\nR@${shownK}\t${show(recall)}\n`)
}

/**
 * The official program (0.9.2) counts no true labels of a class here: recall is unknown, and F1 is twice the precision.
 * This prints the same; the library's `evaluate` has the correct figures.
 */
function testLabels(words: string[]): void {
  const { modelFile, textFile, k, shownK, threshold } = parseArguments(words, HELP['test-label'])
  checkText(textFile, 'a file of labelled lines')
  const model = readModel(modelFile)
  const { examples, precision, recall, classes } = evaluate(model, { file: textFile }, k, threshold)
  const show = (value: number, digits: number, otherwise: string) =>
    Number.isNaN(value) ? otherwise : fixed(value, digits)
  const lines = model.labels.map((label) => {
    const { precision: own = NaN } = classes[bareLabel(label)] ?? {}
    const [f1, shown] = [2 * own, own].map((value) => show(value, 6, '--------'))
    return `F1-Score : ${f1}  Precision : ${shown}  Recall : --------   ${label}\n`
  })
  print(
    `${lines.join('')}N\t${examples}\nP@${shownK}\t${show(precision, 3, 'nan')}\nR@${shownK}\t${show(recall, 3, 'nan')}\n`,
  )
  note(
    'F1 and recall of a label are as fastText 0.9.2 prints them: it counts no true labels here, so F1 is twice the precision.\n',
  )
}

function predictLines(words: string[], withProbabilities: boolean): void {
  const { modelFile, textFile, k, threshold } = parseArguments(words, HELP.predict)
  checkText(textFile)
  const model = readModel(modelFile)
  const labels = model.labels.map((label) => Buffer.from(label))
  const rank = makeRanker(model, k, threshold)
  const shown = model.loss === 'hierarchical softmax' ? (probability: number) => probability : throughLogarithm
  const output = openOutput(1)
  for (const reader of readLines(model, { file: textFile }, output.flush)) {
    const { count, labels: ranked, probabilities } = rank(reader)
    for (let i = 0; i < count; i++) {
      if (i > 0) output.byte(32)
      output.bytes(labels[ranked[i]!]!)
      if (withProbabilities) output.text(` ${general(shown(probabilities[i]!), 6)}`)
    }
    output.byte(10)
  }
  output.flush()
}

/** The official program prints e^log(p + margin) in 32 bits; hierarchical softmax already has the margin in every factor. */
function throughLogarithm(probability: number): number {
  return Math.fround(Math.exp(Math.fround(Math.log(probability + LOG_MARGIN))))
}

function print(text: string): void {
  const output = openOutput(1)
  output.text(text)
  output.flush()
}

function note(text: string): void {
  writeSync(2, text)
}

/** The error with hyperparameters named as flags. Errors about files and models stay as they are. */
function messageOf({ code, file, found, expected, message }: FastTextError): string {
  if (code.startsWith('FILE') || code.startsWith('MODEL')) return message
  return `${file === undefined ? '' : `${file}: `}found ${asTyped(found)}, expected ${asTyped(expected)}`
}

/** Escapes control characters and direction overrides: a file name may contain them, and a terminal would obey them. */
function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are the characters that are looked for
  const control = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g
  return text.replaceAll(control, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function fail(message: string, status: number): never {
  note(`${PROGRAM}: ${printable(message.trimEnd())}\n`)
  process.exit(status)
}
