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

/** An item of the one table: `pk` and `sk`, and what its owner keeps. `expiresAt` (seconds) lets DynamoDB forget it. */
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
  /** A condition expression. `#name` stands for the attribute `name`; its `:values` are in `values`. */
  when?: string
  values?: Record<string, unknown>
}

/** DynamoDB: what changes under contention. Every write is conditional; there are no transactions. */
export interface Table {
  get(key: ItemKey): Promise<Item | undefined>
  /** Up to any number of items, in any order; those that are not there are left out. */
  getMany(keys: readonly ItemKey[]): Promise<Item[]>
  /** Put the item, unless its key is taken; says whether it was put. */
  create(item: Item): Promise<boolean>
  /** Change an item (made when missing). The new item, or nothing when the condition does not hold. */
  update(key: ItemKey, change: Change): Promise<Item | undefined>
  remove(key: ItemKey): Promise<void>
  /** The items of a partition whose sort key begins so, in its order. */
  query(pk: string, beginsWith?: string): AsyncIterable<Item>
}

export const dynamoTable = (client: DynamoDBClient, name: string): Table => {
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } })

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

function expressionOf({ set = {}, add = {}, remove = [], deleteFrom = {}, when, values = {} }: Change) {
  const names = new Set([
    ...Object.keys(set),
    ...Object.keys(add),
    ...remove,
    ...Object.keys(deleteFrom),
    ...[...(when ?? '').matchAll(/#(\w+)/g)].map(([, name]) => name!),
  ])
  const clauses = [
    clause('SET', Object.keys(set), (field) => `#${field} = :set_${field}`),
    clause('ADD', Object.keys(add), (field) => `#${field} :add_${field}`),
    clause('REMOVE', remove, (field) => `#${field}`),
    clause('DELETE', Object.keys(deleteFrom), (field) => `#${field} :delete_${field}`),
  ]
  const bound = Object.fromEntries([
    ...Object.entries(set).map(([field, value]) => [`:set_${field}`, value]),
    ...Object.entries(add).map(([field, value]) => [`:add_${field}`, value]),
    ...Object.entries(deleteFrom).map(([field, value]) => [`:delete_${field}`, value]),
    ...Object.entries(values).map(([field, value]) => [`:${field}`, value]),
  ])
  return {
    UpdateExpression: clauses.filter(Boolean).join(' '),
    ConditionExpression: when,
    ExpressionAttributeNames: names.size > 0 ? Object.fromEntries([...names].map((n) => [`#${n}`, n])) : undefined,
    ExpressionAttributeValues: Object.keys(bound).length > 0 ? bound : undefined,
  }
}

const clause = (verb: string, fields: string[], one: (field: string) => string) =>
  fields.length > 0 ? `${verb} ${fields.map(one).join(', ')}` : ''
