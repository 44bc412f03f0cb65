import type { Change, Entries, Item, Table } from '../../shared/table'

type Value = unknown
type Test = (item: Record<string, Value> | undefined) => boolean

/**
 * A table in memory with DynamoDB's semantics, for tests that need thousands of writes. table.test.ts runs the same
 * tests against it and dynalite. Throws on an unsupported condition.
 */
export function memoryTable(): Table {
  const items = new Map<string, Item>()
  const name = ({ pk, sk }: { pk: string; sk: string }) => `${pk}\n${sk}`
  return {
    get: async (key) => copy(items.get(name(key))),
    getMany: async (keys) => [...new Set(keys.map(name))].flatMap((key) => copy(items.get(key)) ?? []),
    create: async (item) => {
      if (items.has(name(item))) return false
      items.set(name(item), copy(item))
      return true
    },
    update: async (key, change) => {
      const before = items.get(name(key))
      if (change.when && !condition(change.when, change.values ?? {})(before)) return undefined
      if (change.entries && !areUnchanged(before, change.entries)) return undefined
      const after = changed({ ...before, ...key }, change)
      items.set(name(key), after)
      return copy(after)
    },
    remove: async (key) => void items.delete(name(key)),
    query: async function* (pk, beginsWith = '') {
      const found = [...items.values()].filter((item) => item.pk === pk && item.sk.startsWith(beginsWith))
      yield* found.sort((a, b) => (a.sk < b.sk ? -1 : 1)).map(copy)
    },
  }
}

// Not structuredClone: under jest it returns another realm's Set, which fails `instanceof`.
function copy<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copy) as T
  if (value instanceof Set) return new Set(value) as T
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, copy(inner)])) as T
}

/** Whether the entries of a map have these versions. */
const areUnchanged = (item: Item | undefined, { of, versions }: Entries): boolean =>
  Object.entries(versions).every(([id, version]) => (mapOf(item, of)[id] as { version?: number })?.version === version)

const mapOf = (item: Item | undefined, of: string) => (item?.[of] ?? {}) as Record<string, Value>

function changed(item: Item, { set = {}, add = {}, remove = [], deleteFrom = {}, entries, drop }: Change): Item {
  const after: Item = { ...item, ...copy(set) }
  if (entries) after[entries.of] = { ...mapOf(item, entries.of), ...copy(entries.set) }
  if (drop) {
    after[drop.of] = Object.fromEntries(
      Object.entries(mapOf(item, drop.of)).filter(([name]) => !drop.names.includes(name)),
    )
  }
  for (const [field, value] of Object.entries(add)) {
    const was = item[field]
    after[field] =
      value instanceof Set ? new Set([...(was instanceof Set ? was : []), ...value]) : Number(was ?? 0) + value
  }
  for (const [field, members] of Object.entries(deleteFrom)) {
    const was = item[field]
    const left = [...(was instanceof Set ? was : [])].filter((member) => !members.has(member as string))
    if (left.length > 0) after[field] = new Set(left)
    else delete after[field]
  }
  for (const field of remove) delete after[field]
  return after
}

/** `a OR b AND NOT (c)` of comparisons, attribute_exists, attribute_not_exists, contains and begins_with. */
function condition(expression: string, values: Record<string, Value>): Test {
  const tokens = expression.match(/<>|<=|>=|[<>=(),]|[#:]?[\w]+/g) ?? []
  let at = 0
  const take = (token: string) => tokens[at] === token && ++at > 0

  const either = (): Test => {
    let left = both()
    while (take('OR'))
      left = (
        (a, b) => (item) =>
          a(item) || b(item)
      )(left, both())
    return left
  }
  const both = (): Test => {
    let left = one()
    while (take('AND'))
      left = (
        (a, b) => (item) =>
          a(item) && b(item)
      )(left, one())
    return left
  }
  const one = (): Test => {
    if (take('NOT')) {
      const inner = one()
      return (item) => !inner(item)
    }
    if (take('(')) {
      const inner = either()
      expect(')')
      return inner
    }
    return tokens[at + 1] === '(' ? called(tokens[at++]!) : compared()
  }
  const called = (name: string): Test => {
    expect('(')
    const of = operand()
    const other = take(',') ? operand() : undefined
    expect(')')
    switch (name) {
      case 'attribute_exists':
        return (item) => of(item) !== undefined
      case 'attribute_not_exists':
        return (item) => of(item) === undefined
      case 'contains':
        return (item) => {
          const whole = of(item)
          const part = other?.(item)
          return whole instanceof Set ? whole.has(part) : typeof whole === 'string' && whole.includes(String(part))
        }
      case 'begins_with':
        return (item) => typeof of(item) === 'string' && String(of(item)).startsWith(String(other?.(item)))
      default:
        throw new Error(`memoryTable has no ${name}()`)
    }
  }
  const compared = (): Test => {
    const left = operand()
    const sign = tokens[at++]
    const right = operand()
    return (item) => {
      const [a, b] = [left(item), right(item)]
      // DynamoDB compares existing values of one type; every other comparison is false.
      if (a === undefined || b === undefined || typeof a !== typeof b) return sign === '<>'
      const [x, y] = [a as number, b as number]
      switch (sign) {
        case '=':
          return x === y
        case '<>':
          return x !== y
        case '<':
          return x < y
        case '<=':
          return x <= y
        case '>':
          return x > y
        case '>=':
          return x >= y
        default:
          throw new Error(`memoryTable has no ${sign}`)
      }
    }
  }
  const operand = (): ((item: Record<string, Value> | undefined) => Value) => {
    const token = tokens[at++] ?? ''
    if (token.startsWith(':')) {
      if (!(token.slice(1) in values)) throw new Error(`${token} has no value`)
      return () => values[token.slice(1)]
    }
    return (item) => item?.[token.replace('#', '')]
  }
  const expect = (token: string) => {
    if (!take(token)) throw new Error(`memoryTable cannot read ${expression} at ${tokens[at]}`)
  }

  const test = either()
  if (at < tokens.length) throw new Error(`memoryTable cannot read ${expression} at ${tokens[at]}`)
  return test
}
