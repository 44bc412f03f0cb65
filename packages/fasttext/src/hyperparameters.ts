import { FastTextError } from './error'

/** What a model is trained with. The first ten are BlazingText's, with its valid values; the rest are fastText's own. */
export type Hyperparameters = {
  /** Number of rows that word and character n-grams are hashed into. */
  buckets: number
  /** Stop when the validation accuracy no longer improves, and keep the best weights. */
  earlyStopping: boolean
  /** Passes over the training text; with early stopping, the maximum. */
  epochs: number
  /** The first learning rate; it falls linearly to zero over all tokens of all epochs. */
  learningRate: number
  /** Words that occur fewer times are dropped. */
  minCount: number
  /** With early stopping, epochs before the first validation. */
  minEpochs: number
  /** With early stopping, epochs without improvement before training stops. */
  patience: number
  /** Size of a vector. */
  vectorDim: number
  /** The longest word n-gram. */
  wordNgrams: number
  /** The shortest and longest character n-gram; 0 and 0 for none, as in BlazingText. */
  minCharacters: number
  maxCharacters: number
  minCountLabel: number
  labelPrefix: string
  seed: number
  /** More than one is faster on long files but not reproducible: threads update the same weights without locks. */
  threads: number
}

/** BlazingText's defaults for its own hyperparameters; nothing extra for the others. */
export const DEFAULTS: Hyperparameters = {
  buckets: 2_000_000,
  earlyStopping: false,
  epochs: 5,
  learningRate: 0.05,
  minCount: 5,
  minEpochs: 5,
  patience: 4,
  vectorDim: 100,
  wordNgrams: 2,
  minCharacters: 0,
  maxCharacters: 0,
  minCountLabel: 0,
  labelPrefix: '__label__',
  seed: 0,
  threads: 1,
}

/** Ten times the maximum of BlazingText's tuning range; at dim 10 a model.bin of four gigabytes. */
export const MOST_BUCKETS = 100_000_000

type Rule = { valid: string; holds: (value: unknown) => boolean }

const wholeFrom = (least: number, most = 2 ** 31 - 1): Rule => ({
  valid: `an integer from ${least} to ${most}`,
  holds: (value) => typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most,
})
const positive: Rule = {
  valid: 'a positive number',
  holds: (value) => typeof value === 'number' && Number.isFinite(value) && value > 0,
}
const trueOrFalse: Rule = { valid: 'True or False', holds: (value) => typeof value === 'boolean' }
const prefix: Rule = {
  valid: 'one or more characters without whitespace',
  holds: (value) => typeof value === 'string' && /^[^\s\0]+$/.test(value),
}

const RULES: Record<keyof Hyperparameters, Rule> = {
  buckets: wholeFrom(1, MOST_BUCKETS),
  earlyStopping: trueOrFalse,
  epochs: wholeFrom(1),
  learningRate: positive,
  minCount: wholeFrom(0),
  minEpochs: wholeFrom(1),
  patience: wholeFrom(1),
  vectorDim: wholeFrom(1, 100_000),
  wordNgrams: wholeFrom(1),
  minCharacters: wholeFrom(0),
  maxCharacters: wholeFrom(0),
  minCountLabel: wholeFrom(0),
  labelPrefix: prefix,
  seed: wholeFrom(0),
  threads: wholeFrom(1, 64),
}

/** BlazingText's names, in the order of its documentation. */
const BLAZINGTEXT = {
  buckets: 'buckets',
  early_stopping: 'earlyStopping',
  epochs: 'epochs',
  learning_rate: 'learningRate',
  min_count: 'minCount',
  min_epochs: 'minEpochs',
  patience: 'patience',
  vector_dim: 'vectorDim',
  word_ngrams: 'wordNgrams',
} as const satisfies Record<string, keyof Hyperparameters>

export type BlazingTextName = keyof typeof BLAZINGTEXT

export const BLAZINGTEXT_NAMES = Object.keys(BLAZINGTEXT) as BlazingTextName[]

/** The defaults, overridden by `chosen`. Throws HYPERPARAMETER_UNKNOWN or HYPERPARAMETER_INVALID, naming the hyperparameter. */
export function completeHyperparameters(chosen: Partial<Hyperparameters>): Hyperparameters {
  const given = Object.entries(chosen).filter(([, value]) => value !== undefined)
  for (const [name, value] of given) checkOne(name, name, value)
  const complete: Hyperparameters = { ...DEFAULTS, ...Object.fromEntries(given) }
  if (complete.maxCharacters > 0 && complete.minCharacters > complete.maxCharacters)
    throw invalid('minCharacters', String(complete.minCharacters), `at most maxCharacters, ${complete.maxCharacters}`)
  if (complete.maxCharacters > 0 && complete.minCharacters === 0) complete.minCharacters = 1
  return complete
}

/**
 * BlazingText's hyperparameters as in CreateTrainingJob: all values are strings, and `mode` must be "supervised".
 * Throws HYPERPARAMETER_UNKNOWN or HYPERPARAMETER_INVALID, naming the hyperparameter and its valid values.
 */
export function parseBlazingText(values: Readonly<Record<string, string>>): Hyperparameters {
  if (values.mode !== 'supervised') throw invalid('mode', values.mode ?? 'nothing', 'supervised')
  const chosen: Record<string, number | boolean> = {}
  for (const [name, value] of Object.entries(values)) {
    if (name === 'mode') continue
    if (!isBlazingTextName(name)) throw unknown(name, ['mode', ...BLAZINGTEXT_NAMES])
    const own = BLAZINGTEXT[name]
    const parsed = own === 'earlyStopping' ? parseBoolean(value) : parseNumber(value)
    if (parsed === undefined || !RULES[own].holds(parsed)) throw invalid(name, JSON.stringify(value), RULES[own].valid)
    chosen[own] = parsed
  }
  return completeHyperparameters(chosen)
}

/** The reverse of `parseBlazingText`. Omits hyperparameters that BlazingText does not have. */
export function toBlazingText(hyperparameters: Partial<Hyperparameters>): Record<string, string> {
  const values: Record<string, string> = { mode: 'supervised' }
  for (const name of BLAZINGTEXT_NAMES) {
    const value = hyperparameters[BLAZINGTEXT[name]]
    if (value !== undefined) values[name] = typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value)
  }
  return values
}

const parseBoolean = (value: string): boolean | undefined =>
  /^true$/i.test(value) ? true : /^false$/i.test(value) ? false : undefined

const parseNumber = (value: string): number | undefined =>
  /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(value.trim()) ? Number(value) : undefined

const isBlazingTextName = (name: string): name is BlazingTextName => Object.hasOwn(BLAZINGTEXT, name)

/** The valid values of a hyperparameter if `value` is invalid; otherwise undefined. */
export const validInstead = (name: keyof Hyperparameters, value: unknown): string | undefined =>
  RULES[name].holds(value) ? undefined : RULES[name].valid

function checkOne(shownAs: string, name: string, value: unknown): void {
  if (!Object.hasOwn(RULES, name)) throw unknown(shownAs, Object.keys(RULES))
  const rule = RULES[name as keyof Hyperparameters]
  if (!rule.holds(value)) throw invalid(shownAs, String(value), rule.valid)
}

const unknown = (name: string, valid: string[]): FastTextError =>
  new FastTextError('HYPERPARAMETER_UNKNOWN', {
    found: `the hyperparameter ${name}`,
    expected: `one of ${valid.join(', ')}`,
  })

const invalid = (name: string, found: string, valid: string): FastTextError =>
  new FastTextError('HYPERPARAMETER_INVALID', { found: `${name} = ${found}`, expected: valid })
