import { AwsError, notImplemented } from '../protocol/aws-error'

/** Does a value match? `undefined` is a missing value. */
export type Matcher = (value: unknown) => boolean
type Fields = Record<string, unknown>

/**
 * Parse an event pattern: every field that it names must match one of the values listed for that field.
 * Raises InvalidEventPatternException (400). An unsupported matcher is refused by name.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function matcherOf(pattern: unknown): Matcher {
  if (!isFields(pattern)) throw invalid('Filter is not an object')
  const fields = Object.entries(pattern).map(([name, inner]) => fieldMatcher(name, inner))
  if (fields.length === 0) throw invalid('Empty patterns are not allowed')
  return (value) => {
    // Each object of an array is matched against the whole inner pattern, so that all matches are in one object.
    const objects: unknown[] = Array.isArray(value) ? value.filter(isFields) : [value]
    return (objects.length > 0 ? objects : [undefined]).some((object) => fields.every((fits) => fits(object)))
  }
}

function fieldMatcher(name: string, inner: unknown): Matcher {
  if (name === '$or') return orMatcher(inner)
  const fits = Array.isArray(inner) ? valuesMatcher(name, inner) : matcherOf(inner)
  return (object) => fits(isFields(object) ? object[name] : undefined)
}

function orMatcher(alternatives: unknown): Matcher {
  if (!Array.isArray(alternatives) || alternatives.length < 2) throw invalid('$or needs two alternatives or more')
  const matchers = alternatives.map(matcherOf)
  return (object) => matchers.some((fits) => fits(object))
}

/** At least one listed value matches at least one actual value. */
function valuesMatcher(name: string, options: readonly unknown[]): Matcher {
  if (options.length === 0) throw invalid(`Empty arrays are not allowed: ${name}`)
  const matchers = options.map(optionMatcher)
  return (value) => {
    const leaves = Array.isArray(value) ? value : [value]
    return (leaves.length > 0 ? leaves : [undefined]).some((leaf) => matchers.some((fits) => fits(leaf)))
  }
}

function optionMatcher(option: unknown): Matcher {
  if (isScalar(option)) return (value) => value === option
  if (!isFields(option))
    throw invalid(`Match value must be String, number, true, false, or null: ${JSON.stringify(option)}`)
  const [[name, argument] = [], ...others] = Object.entries(option)
  if (name === undefined || others.length > 0) throw invalid('Only one key allowed in match expression')
  const make = MATCHERS[name]
  if (!make) throw notImplemented(`${name} matcher in EventBridge patterns`)
  return make(argument)
}

const MATCHERS: Record<string, (argument: unknown) => Matcher> = {
  prefix: (argument) => affixMatcher(argument, (text, start) => text.startsWith(start)),
  suffix: (argument) => affixMatcher(argument, (text, end) => text.endsWith(end)),
  'equals-ignore-case': (argument) => {
    const wanted = textIn(argument).toLowerCase()
    return onText((text) => text.toLowerCase() === wanted)
  },
  wildcard: (argument) => {
    const expression = wildcardExpression(textIn(argument))
    return onText((text) => expression.test(text))
  },
  numeric: numericMatcher,
  exists(argument) {
    if (typeof argument !== 'boolean') throw invalid('exists must be true or false')
    return (value) => isScalar(value) === argument
  },
  'anything-but': anythingButMatcher,
}

function affixMatcher(argument: unknown, fits: (text: string, affix: string) => boolean): Matcher {
  if (isFields(argument)) {
    const wanted = textIn(argument['equals-ignore-case']).toLowerCase()
    return onText((text) => fits(text.toLowerCase(), wanted))
  }
  const wanted = textIn(argument)
  return onText((text) => fits(text, wanted))
}

/** `*` is any text; `\*` and `\\` are themselves. */
function wildcardExpression(wildcard: string): RegExp {
  if (/(^|[^\\])(\\\\)*\*\*/.test(wildcard)) throw invalid('Consecutive wildcard characters are not allowed')
  const source = wildcard.replace(/\\([*\\])|\*|[^*\\]+|\\/g, (piece, escaped?: string) => {
    if (escaped !== undefined) return `\\${escaped}`
    if (piece === '*') return '.*'
    if (piece === '\\') throw invalid('Invalid escape character in a wildcard')
    return piece.replace(/[$()+.?[\]^{|}]/g, '\\$&')
  })
  return new RegExp(`^${source}$`, 's')
}

const COMPARISONS: Record<string, (value: number, bound: number) => boolean> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
}

/** `['>', 0, '<=', 5]`: numbers only, a string of digits does not fit. */
function numericMatcher(argument: unknown): Matcher {
  if (!Array.isArray(argument) || (argument.length !== 2 && argument.length !== 4))
    throw invalid('Invalid numeric match')
  const holds: ((value: number) => boolean)[] = []
  for (let at = 0; at < argument.length; at += 2) {
    const compare = COMPARISONS[String(argument[at])]
    const bound: unknown = argument[at + 1]
    if (!compare || typeof bound !== 'number') throw invalid('Invalid numeric match')
    holds.push((value) => compare(value, bound))
  }
  return (value) => typeof value === 'number' && holds.every((one) => one(value))
}

/** Matches a present value that is none of these. */
function anythingButMatcher(argument: unknown): Matcher {
  const unwanted = (Array.isArray(argument) ? argument : [argument]).flatMap(unwantedMatchers)
  if (unwanted.length === 0) throw invalid('anything-but needs a value')
  return (value) => isScalar(value) && !unwanted.some((fits) => fits(value))
}

function unwantedMatchers(option: unknown): Matcher[] {
  if (isScalar(option)) return [optionMatcher(option)]
  if (!isFields(option)) throw invalid('Inside anything-but a value must be a string, a number or a matcher')
  const [[name, argument] = ['', undefined]] = Object.entries(option)
  if (!['prefix', 'suffix', 'equals-ignore-case', 'wildcard'].includes(name)) {
    throw notImplemented(`${name} inside anything-but in EventBridge patterns`)
  }
  return (Array.isArray(argument) ? argument : [argument]).map((one: unknown) => optionMatcher({ [name]: one }))
}

const onText =
  (fits: (text: string) => boolean): Matcher =>
  (value) =>
    typeof value === 'string' && fits(value)

function textIn(argument: unknown): string {
  if (typeof argument !== 'string') throw invalid(`a string is needed, not ${JSON.stringify(argument)}`)
  return argument
}

const isScalar = (value: unknown): value is string | number | boolean | null =>
  value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const invalid = (why: string): AwsError =>
  new AwsError(400, 'InvalidEventPatternException', `Event pattern is not valid. Reason: ${why}`)
