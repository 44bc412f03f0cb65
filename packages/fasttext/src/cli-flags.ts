import { FastTextError } from './error'
import { completeHyperparameters, type Hyperparameters, validInstead } from './hyperparameters'

export type Kind = 'number' | 'text' | 'boolean'

/** fastText's flags, then our own. `otherwise` is fastText's default where it differs from BlazingText's. */
const FLAGS: Record<string, { name: keyof Hyperparameters; kind: Kind; otherwise?: number }> = {
  '-minCount': { name: 'minCount', kind: 'number', otherwise: 1 },
  '-minCountLabel': { name: 'minCountLabel', kind: 'number' },
  '-wordNgrams': { name: 'wordNgrams', kind: 'number', otherwise: 1 },
  '-bucket': { name: 'buckets', kind: 'number' },
  '-minn': { name: 'minCharacters', kind: 'number' },
  '-maxn': { name: 'maxCharacters', kind: 'number' },
  '-label': { name: 'labelPrefix', kind: 'text' },
  '-lr': { name: 'learningRate', kind: 'number', otherwise: 0.1 },
  '-dim': { name: 'vectorDim', kind: 'number' },
  '-epoch': { name: 'epochs', kind: 'number' },
  '-thread': { name: 'threads', kind: 'number' },
  '-seed': { name: 'seed', kind: 'number' },
  '-earlyStopping': { name: 'earlyStopping', kind: 'boolean' },
  '-minEpochs': { name: 'minEpochs', kind: 'number' },
  '-patience': { name: 'patience', kind: 'number' },
}

const FILES = ['-input', '-output', '-validation'] as const

/** Flags of the official program for which only this value is supported. */
const FIXED: Record<string, string> = { '-loss': 'softmax', '-lrUpdateRate': '100', '-saveOutput': 'false' }

/** Flags without effect on supervised softmax training: accepted and ignored. */
const WITHOUT_EFFECT = ['-ws', '-neg', '-t']

const KERNELS = ['auto', 'plain', 'simd']

export type Flags = {
  hyperparameters: Hyperparameters
  /** Only the hyperparameters that were typed, without defaults. */
  given: Partial<Hyperparameters>
  files: { input?: string; output?: string; validation?: string }
  verbose: number
  /** `auto`, `plain` or `simd`: which loop runs. All give the same bytes. */
  kernel: string
  /** Flags that belong to the caller, as they were written. */
  others: Record<string, string>
}

/** Reads `-name value` pairs. Throws HYPERPARAMETER_UNKNOWN or HYPERPARAMETER_INVALID, which name the flag. */
export function parseFlags(words: string[], own: readonly string[] = []): Flags {
  const chosen: Record<string, unknown> = {}
  for (const { name, otherwise } of Object.values(FLAGS)) if (otherwise !== undefined) chosen[name] = otherwise
  const given: Record<string, unknown> = {}
  const files: Record<string, string> = {}
  const others: Record<string, string> = {}
  let verbose = 2
  let kernel = 'auto'
  for (let i = 0; i < words.length; i += 2) {
    const flag = words[i]!
    const value = words[i + 1]
    if (value === undefined) throw invalid(flag, 'no value', 'a value')
    const known = Object.hasOwn(FLAGS, flag) ? FLAGS[flag] : undefined
    const fixed = Object.hasOwn(FIXED, flag) ? FIXED[flag] : undefined
    if (known) {
      given[known.name] = parse(flag, value, known.kind)
      const valid = validInstead(known.name, given[known.name])
      if (valid !== undefined) throw invalid(flag, value, valid)
    } else if (FILES.some((file) => file === flag)) files[flag.slice(1)] = value
    else if (own.includes(flag)) others[flag] = value
    else if (flag === '-verbose') verbose = parse(flag, value, 'number') as number
    else if (flag === '-kernel') {
      if (!KERNELS.includes(value)) throw invalid(flag, value, KERNELS.join(' or '))
      kernel = value
    } else if (fixed !== undefined) {
      if (fixed !== value) throw invalid(flag, value, fixed)
    } else if (!WITHOUT_EFFECT.includes(flag)) throw unknown(flag, own)
  }
  return { hyperparameters: completeHyperparameters({ ...chosen, ...given }), given, files, verbose, kernel, others }
}

/** The fastText flags of hyperparameters. */
export const toFlags = (hyperparameters: Partial<Hyperparameters>): string =>
  Object.entries(FLAGS)
    .flatMap(([flag, { name }]) => (hyperparameters[name] === undefined ? [] : [`${flag} ${hyperparameters[name]}`]))
    .join(' ')

/** A message of the library with its hyperparameter names replaced by flags. */
export function asTyped(text: string): string {
  const named = text.replace(/^(\w+) = /, (all, name: string) => {
    const flag = flagOf(name)
    return flag === undefined ? all : `${flag} `
  })
  // Only camel-case names: one-word names may be ordinary words of the sentence.
  return named.replace(/(?<![-\w])[a-z]+[A-Z]\w*/g, (name) => flagOf(name) ?? name)
}

const flagOf = (name: string): string | undefined => Object.entries(FLAGS).find(([, known]) => known.name === name)?.[0]

/** The positional arguments of `test`, `test-label`, `predict` and `predict-prob`: model, text, k, threshold. */
export function parseArguments(words: string[], usage: string) {
  const flag = words.find((word) => /^-+[a-z]/i.test(word))
  if (flag !== undefined)
    throw new FastTextError('HYPERPARAMETER_UNKNOWN', { found: `the flag ${flag}`, expected: `no flag\n\n${usage}` })
  const [modelFile, textFile, k = '1', threshold = '0'] = words
  if (modelFile === undefined || textFile === undefined || words.length > 4)
    throw new FastTextError('HYPERPARAMETER_INVALID', {
      found: words.length === 1 ? 'one argument' : `${words.length} arguments`,
      expected: `2 to 4\n\n${usage}`,
    })
  const labels = parse('<k>', k, 'number') as number
  if (!(labels === -1 || (Number.isInteger(labels) && labels >= 1)))
    throw invalid('<k>', k, '1 or more, or -1 for all labels')
  return {
    modelFile,
    textFile,
    k: labels === -1 ? Number.MAX_SAFE_INTEGER : labels,
    shownK: k,
    threshold: parse('<th>', threshold, 'number') as number,
  }
}

/** The value of a required flag. */
export function required(value: string | undefined, flag: string): string {
  if (value === undefined) throw invalid(flag, 'nothing', 'a path; see --help')
  return value
}

export function parse(flag: string, value: string, kind: Kind): number | string | boolean {
  if (kind === 'text') return value
  if (kind === 'boolean') {
    if (/^(true|1)$/i.test(value)) return true
    if (/^(false|0)$/i.test(value)) return false
    throw invalid(flag, value, 'true or false')
  }
  const number = value.trim() === '' ? NaN : Number(value)
  if (Number.isNaN(number)) throw invalid(flag, value, 'a number')
  return number
}

const invalid = (flag: string, found: string, expected: string): FastTextError =>
  new FastTextError('HYPERPARAMETER_INVALID', { found: `${flag} ${found}`, expected })

function unknown(flag: string, own: readonly string[]): FastTextError {
  const all = [...FILES, ...Object.keys(FLAGS), ...own, '-verbose', '-kernel', ...Object.keys(FIXED), ...WITHOUT_EFFECT]
  const meant = all.find((one) => isAlike(one, flag))
  return new FastTextError('HYPERPARAMETER_UNKNOWN', {
    found: `the flag ${flag}`,
    expected: `${meant === undefined ? '' : `${meant}, or `}one of ${all.join(' ')}`,
  })
}

/** `--dim`, `-Dim` and `-dims` are meant as `-dim`. */
function isAlike(known: string, typed: string): boolean {
  const [one, other] = [known, typed].map((flag) => flag.replace(/^-+/, '').toLowerCase()) as [string, string]
  return other.length > 2 && (one.startsWith(other) || other.startsWith(one))
}
