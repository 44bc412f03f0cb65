import { matchesArn, matchesPattern } from './pattern'

/** The values of a request's condition keys, by key in lower case. */
export type Context = ReadonlyMap<string, readonly string[]>

/** `{ StringEquals: { 's3:prefix': 'raw/' } }` */
export type Conditions = Record<string, Record<string, unknown>>

type Test = (wanted: string, given: string) => boolean

/** Do all of a statement's conditions hold? Throws for an unknown operator, by name: guessing would grant or deny wrongly. */
export function conditionsHold(conditions: Conditions, context: Context): boolean {
  return Object.entries(conditions).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => holds(operator, key, wanted, context)),
  )
}

function holds(operator: string, key: string, wanted: unknown, context: Context): boolean {
  const given = context.get(key.toLowerCase())
  const values = (Array.isArray(wanted) ? wanted : [wanted]).map((value) => fillIn(String(value), context))
  if (operator === 'Null') return (given === undefined) === (values[0] === 'true')

  const { set, name, ifExists } = parse(operator)
  const test = operatorNamed(name)
  const matches = (one: string) => matchesAny(name, test, values, one)

  if (set === 'ForAllValues') return (given ?? []).every(matches)
  if (given === undefined) return ifExists || NEGATED.has(name)
  if (set === 'ForAnyValue') return given.some(matches)
  return given.length > 0 && given.every(matches)
}

/** A negated operator holds when no value matches, any other when one does. */
function matchesAny(name: string, test: Test, values: string[], given: string): boolean {
  return NEGATED.has(name) ? values.every((value) => test(value, given)) : values.some((value) => test(value, given))
}

function parse(operator: string): { set?: string; name: string; ifExists: boolean } {
  const [first = '', second] = operator.split(':')
  const name = second ?? first
  const ifExists = name.endsWith('IfExists')
  return {
    ...(second === undefined ? {} : { set: first }),
    name: ifExists ? name.slice(0, -'IfExists'.length) : name,
    ifExists,
  }
}

function operatorNamed(name: string): Test {
  const test = OPERATORS[name]
  if (!test)
    throw new Error(
      `IAM condition operator ${name} is not known here: add it in packages/embedded-aws/src/iam/conditions.ts`,
    )
  return test
}

const not =
  (test: Test): Test =>
  (wanted, given) =>
    !test(wanted, given)
const equals: Test = (wanted, given) => wanted === given
const equalsIgnoreCase: Test = (wanted, given) => wanted.toLowerCase() === given.toLowerCase()
const like: Test = (wanted, given) => matchesPattern(wanted, given)
const compared =
  (compare: (given: number, wanted: number) => boolean): Test =>
  (wanted, given) =>
    compare(Number(given), Number(wanted))

const OPERATORS: Record<string, Test> = {
  StringEquals: equals,
  StringNotEquals: not(equals),
  StringEqualsIgnoreCase: equalsIgnoreCase,
  StringNotEqualsIgnoreCase: not(equalsIgnoreCase),
  StringLike: like,
  StringNotLike: not(like),
  ArnEquals: matchesArn,
  ArnLike: matchesArn,
  ArnNotEquals: not(matchesArn),
  ArnNotLike: not(matchesArn),
  Bool: equalsIgnoreCase,
  NumericEquals: compared((given, wanted) => given === wanted),
  NumericNotEquals: compared((given, wanted) => given !== wanted),
  NumericLessThan: compared((given, wanted) => given < wanted),
  NumericLessThanEquals: compared((given, wanted) => given <= wanted),
  NumericGreaterThan: compared((given, wanted) => given > wanted),
  NumericGreaterThanEquals: compared((given, wanted) => given >= wanted),
}

const NEGATED = new Set(Object.keys(OPERATORS).filter((name) => name.includes('Not')))

/** Policy variables: `${aws:PrincipalArn}` is the request's value. Throws for a variable without a value, by name. */
export function fillIn(text: string, context: Context): string {
  return text.replace(/\$\{([^}]+)\}/g, (variable, key: string) => {
    const [value, ...more] = context.get(key.toLowerCase()) ?? []
    if (value === undefined || more.length > 0) throw new Error(`IAM policy variable ${variable} is not known here`)
    return value
  })
}
