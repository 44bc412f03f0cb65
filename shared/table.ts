import { ConditionalCheckFailedException, type DynamoDBClient } from '@aws-sdk/client-dynamodb'
import {
  BatchGetCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  paginateQuery,
  PutCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'

/**
 * An item of the one table: `pk` and `sk`, and the attributes of its owner. DynamoDB deletes it after `expiresAt`
 * (seconds).
 */
export type Item = { pk: string; sk: string } & Record<string, unknown>
export interface ItemKey {
  pk: string
  sk: string
}

export interface Change {
  set?: Record<string, unknown>
  /** Number: added. Set: its members are added. */
  add?: Record<string, number | Set<string>>
  remove?: string[]
  /** Sets that lose these members. */
  deleteFrom?: Record<string, Set<string>>
  entries?: Entries
  /** Entries of a map attribute to remove; missing ones are ignored. */
  drop?: { of: string; names: readonly string[] }
  /** A condition expression. `#name` is the attribute `name`; its `:values` are in `values`. */
  when?: string
  values?: Record<string, unknown>
}

/**
 * Up to a hundred entries of the map attribute `of`. Each is set only while its own `version` is the given one, so that
 * writers of different entries of a row do not conflict.
 */
export interface Entries {
  of: string
  set: Record<string, { version: number } & Record<string, unknown>>
  versions: Record<string, number>
}

/** DynamoDB: what changes under contention. Every write is conditional; there are no transactions. */
export interface Table {
  get(key: ItemKey): Promise<Item | undefined>
  /** Any number of items, in any order; missing ones are left out. */
  getMany(keys: readonly ItemKey[]): Promise<Item[]>
  /** Put the item, unless its key is taken; returns whether it was put. */
  create(item: Item): Promise<boolean>
  /** Change an item, created when missing. Returns the new item, or undefined when the condition does not hold. */
  update(key: ItemKey, change: Change): Promise<Item | undefined>
  remove(key: ItemKey): Promise<void>
  /** The items of a partition whose sort key begins so, in order. */
  query(pk: string, beginsWith?: string): AsyncIterable<Item>
}

export const dynamoTable = (client: DynamoDBClient, name: string): Table => {
  const documents = DynamoDBDocumentClient.from(client, {
    // Without the second, a map with the key `constructor` is refused.
    marshallOptions: { removeUndefinedValues: true, convertClassInstanceToMap: true },
  })

  const unlessRefused = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work()
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined
      throw error
    }
  }

  return {
    get: async ({ pk, sk }) => {
      const { Item: item } = await documents.send(
        new GetCommand({ TableName: name, Key: { pk, sk }, ConsistentRead: true }),
      )
      return item && asItem(item)
    },

    getMany: async (wanted) => {
      const items: Item[] = []
      let left = [...new Map(wanted.map(({ pk, sk }) => [`${pk}\n${sk}`, { pk, sk }])).values()]
      while (left.length > 0) {
        const { Responses, UnprocessedKeys } = await documents.send(
          new BatchGetCommand({ RequestItems: { [name]: { Keys: left.slice(0, 100), ConsistentRead: true } } }),
        )
        items.push(...(Responses?.[name] ?? []).map(asItem))
        const unprocessed = (UnprocessedKeys?.[name]?.Keys ?? []).map(asItem)
        left = [...unprocessed, ...left.slice(100)]
      }
      return items
    },

    create: async (item) =>
      (await unlessRefused(() =>
        documents.send(
          new PutCommand({ TableName: name, Item: item, ConditionExpression: 'attribute_not_exists(pk)' }),
        ),
      )) !== undefined,

    update: async ({ pk, sk }, change) => {
      const changed = await unlessRefused(() =>
        documents.send(
          new UpdateCommand({ TableName: name, Key: { pk, sk }, ReturnValues: 'ALL_NEW', ...expressionOf(change) }),
        ),
      )
      return changed?.Attributes && asItem(changed.Attributes)
    },

    remove: async ({ pk, sk }) => {
      await documents.send(new DeleteCommand({ TableName: name, Key: { pk, sk } }))
    },

    query: async function* (pk, beginsWith) {
      const pages = paginateQuery(
        { client: documents },
        {
          TableName: name,
          KeyConditionExpression: beginsWith ? 'pk = :pk AND begins_with(sk, :sk)' : 'pk = :pk',
          ExpressionAttributeValues: beginsWith ? { ':pk': pk, ':sk': beginsWith } : { ':pk': pk },
          ConsistentRead: true,
        },
      )
      for await (const { Items } of pages) yield* (Items ?? []).map(asItem)
    },
  }
}

// The table's key schema makes both strings, which the SDK's types cannot know.
const asItem = (item: Record<string, unknown>): Item => item as Item

function expressionOf({ set = {}, add = {}, remove = [], deleteFrom = {}, entries, drop, when, values = {} }: Change) {
  const names = new Set([
    ...Object.keys(set),
    ...Object.keys(add),
    ...remove,
    ...Object.keys(deleteFrom),
    ...Array.from((when ?? '').matchAll(/(?<=#)\w+/g), ({ 0: name }) => name),
  ])
  const within = entries ? expressionOfEntries(entries) : NO_ENTRIES
  const clauses = [
    clause('SET', [...Object.keys(set).map((field) => `#${field} = :set_${field}`), ...within.set]),
    clause(
      'ADD',
      Object.keys(add).map((field) => `#${field} :add_${field}`),
    ),
    clause('REMOVE', [...remove.map((field) => `#${field}`), ...(drop?.names ?? []).map((_, i) => `#dropped.#d${i}`)]),
    clause(
      'DELETE',
      Object.keys(deleteFrom).map((field) => `#${field} :delete_${field}`),
    ),
  ]
  const conditions = [...(when === undefined ? [] : [within.when.length > 0 ? `(${when})` : when]), ...within.when]
  const dropped = drop && {
    '#dropped': drop.of,
    ...Object.fromEntries(drop.names.map((name, i) => [`#d${i}`, name])),
  }
  const named = { ...Object.fromEntries([...names].map((name) => [`#${name}`, name])), ...within.names, ...dropped }
  const bound = {
    ...Object.fromEntries(Object.entries(set).map(([field, value]) => [`:set_${field}`, value])),
    ...Object.fromEntries(Object.entries(add).map(([field, value]) => [`:add_${field}`, value])),
    ...Object.fromEntries(Object.entries(deleteFrom).map(([field, value]) => [`:delete_${field}`, value])),
    ...Object.fromEntries(Object.entries(values).map(([field, value]) => [`:${field}`, value])),
    ...within.values,
  }
  return {
    UpdateExpression: clauses.filter(Boolean).join(' '),
    ConditionExpression: conditions.length > 0 ? conditions.join(' AND ') : undefined,
    ExpressionAttributeNames: Object.keys(named).length > 0 ? named : undefined,
    ExpressionAttributeValues: Object.keys(bound).length > 0 ? bound : undefined,
  }
}

interface EntriesExpression {
  set: string[]
  when: string[]
  names: Record<string, string>
  values: Record<string, unknown>
}

const NO_ENTRIES: EntriesExpression = { set: [], when: [], names: {}, values: {} }

/** Entries have short names, because an expression is limited to 4 KB. */
function expressionOfEntries({ of, set, versions }: Entries): EntriesExpression {
  const ids = Object.keys(set)
  return {
    set: ids.map((_, i) => `#m.#e${i} = :e${i}`),
    when: ids.map((_, i) => `#m.#e${i}.#v = :v${i}`),
    names: { '#m': of, '#v': 'version', ...Object.fromEntries(ids.map((id, i) => [`#e${i}`, id])) },
    values: Object.fromEntries(
      ids.flatMap((id, i): [string, unknown][] => [
        [`:e${i}`, set[id]],
        [`:v${i}`, versions[id]],
      ]),
    ),
  }
}

const clause = (verb: string, parts: readonly string[]) => (parts.length > 0 ? `${verb} ${parts.join(', ')}` : '')
