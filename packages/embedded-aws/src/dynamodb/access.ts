import type { Access } from '../service'
import type { Operation } from './engine'

type Input = Record<string, unknown>

/** Attribute names of the hash key by table, where known. */
export type HashKeys = ReadonlyMap<string, string>

/** The permissions that a request needs, with `dynamodb:LeadingKeys` where the request has them. */
export function accessTo(
  operation: Operation,
  input: Input,
  arnOf: (table: string) => string,
  hashKeys: HashKeys,
): Access[] {
  const action = `dynamodb:${operation}`
  if (operation === 'ListTables') return [{ action, resource: '*' }]
  if (operation === 'BatchGetItem' || operation === 'BatchWriteItem') {
    return Object.entries(objectAt(input, 'RequestItems')).map(([table, asked]) => ({
      action,
      resource: arnOf(table),
      ...leadingKeys(batchKeys(asked, hashKeys.get(table))),
    }))
  }
  const table = textAt(input, 'TableName')
  const index = textAt(input, 'IndexName')
  const leading = leadingKey(operation, input, hashKeys.get(table))
  return [
    {
      action,
      resource: index === '' ? arnOf(table) : `${arnOf(table)}/index/${index}`,
      ...leadingKeys(leading === undefined ? [] : [leading]),
    },
  ]
}

const leadingKeys = (keys: readonly string[]): Pick<Access, 'conditions'> =>
  keys.length === 0 ? {} : { conditions: { 'dynamodb:LeadingKeys': [...new Set(keys)] } }

/** The hash keys of a table's part of a batch: `{ Keys: […] }`, or a list of puts and deletions. */
function batchKeys(asked: unknown, hashKey: string | undefined): string[] {
  if (hashKey === undefined) return []
  const read = isObject(asked) && Array.isArray(asked.Keys) ? asked.Keys : []
  const written = Array.isArray(asked) ? asked.filter(isObject) : []
  const items = [
    ...read.filter(isObject),
    ...written.map((one) => objectAt(objectAt(one, 'PutRequest'), 'Item')),
    ...written.map((one) => objectAt(objectAt(one, 'DeleteRequest'), 'Key')),
  ]
  return items.flatMap((item) => stringIn(item[hashKey]) ?? [])
}

function leadingKey(operation: Operation, input: Input, hashKey: string | undefined): string | undefined {
  if (hashKey === undefined) return undefined
  if (operation === 'PutItem') return stringIn(objectAt(input, 'Item')[hashKey])
  if (operation === 'GetItem' || operation === 'UpdateItem' || operation === 'DeleteItem') {
    return stringIn(objectAt(input, 'Key')[hashKey])
  }
  return operation === 'Query' ? queriedKey(input, hashKey) : undefined
}

/** The value that a KeyConditionExpression compares the hash key with: `#pk = :pk and …`. */
function queriedKey(input: Input, hashKey: string): string | undefined {
  const names = objectAt(input, 'ExpressionAttributeNames')
  for (const [, name = '', value = ''] of textAt(input, 'KeyConditionExpression').matchAll(/([#\w]+)\s*=\s*(:\w+)/g)) {
    if ((names[name] ?? name) === hashKey) return stringIn(objectAt(input, 'ExpressionAttributeValues')[value])
  }
  return undefined
}

const isObject = (value: unknown): value is Input => typeof value === 'object' && value !== null
const objectAt = (input: Input, name: string): Input => {
  const value = input[name]
  return isObject(value) ? value : {}
}
const textAt = (input: Input, name: string): string => {
  const value = input[name]
  return typeof value === 'string' ? value : ''
}
const stringIn = (attribute: unknown): string | undefined =>
  isObject(attribute) && typeof attribute.S === 'string' ? attribute.S : undefined
