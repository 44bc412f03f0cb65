import { afterAll, beforeAll, describe, expect } from '@jest/globals'
import {
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  ListTablesCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb'
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  paginateQuery,
  PutCommand,
  QueryCommand,
  ScanCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import { clientOf, type CloudUnderTest } from './cloud'
import { type Fact, refusalOf, unique } from './fact'

export function testDynamoDb(cloud: () => CloudUnderTest, fact: Fact): void {
  const TableName = unique('contract')
  let client: DynamoDBClient
  let table: DynamoDBDocumentClient

  const put = (Item: object, more: object = {}) =>
    table.send(new PutCommand({ TableName, Item: Item as Record<string, unknown>, ...more }))
  const get = async (pk: string, sk: string) =>
    (await table.send(new GetCommand({ TableName, Key: { pk, sk }, ConsistentRead: true }))).Item
  const update = (pk: string, sk: string, more: object) =>
    table.send(
      new UpdateCommand({ TableName, Key: { pk, sk }, ...more } as ConstructorParameters<typeof UpdateCommand>[0]),
    )

  beforeAll(async () => {
    client = new DynamoDBClient(clientOf(cloud()))
    table = DynamoDBDocumentClient.from(client)
    await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
          { AttributeName: 'status', AttributeType: 'S' },
        ],
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        GlobalSecondaryIndexes: [
          {
            IndexName: 'byStatus',
            KeySchema: [
              { AttributeName: 'status', KeyType: 'HASH' },
              { AttributeName: 'sk', KeyType: 'RANGE' },
            ],
            Projection: { ProjectionType: 'ALL' },
          },
        ],
      }),
    )
    for (let tries = 0; tries < 50; tries++) {
      const { Table } = await client.send(new DescribeTableCommand({ TableName }))
      const statuses = [
        Table?.TableStatus,
        ...(Table?.GlobalSecondaryIndexes ?? []).map(({ IndexStatus }) => IndexStatus),
      ]
      if (statuses.every((status) => status === 'ACTIVE')) break
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  })
  afterAll(() => client.destroy())

  describe('tables', () => {
    fact('lists and describes a table', async () => {
      expect((await client.send(new ListTablesCommand({}))).TableNames).toContain(TableName)
      const { Table } = await client.send(new DescribeTableCommand({ TableName }))
      expect(Table).toMatchObject({ TableName, KeySchema: [{ AttributeName: 'pk' }, { AttributeName: 'sk' }] })
      expect(Table?.TableArn).toMatch(new RegExp(`^arn:aws:dynamodb:eu-west-1:\\d{12}:table/${TableName}$`))
    })

    fact('refuses a missing table, and an existing name', async () => {
      const missing = table.send(new GetCommand({ TableName: unique('missing'), Key: { pk: 'a', sk: 'b' } }))
      expect(await refusalOf(missing)).toEqual({ name: 'ResourceNotFoundException', status: 400 })
      const again = new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      })
      expect(await refusalOf(client.send(again))).toEqual({ name: 'ResourceInUseException', status: 400 })
    })

    fact('remembers which attribute is the time to live', async () => {
      const TimeToLiveSpecification = { AttributeName: 'expiresAt', Enabled: true }
      await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }))

      const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }))
      expect(TimeToLiveDescription?.AttributeName).toBe('expiresAt')
    })
  })

  describe('items', () => {
    fact('keeps every type of value', async () => {
      const item = {
        pk: 'types',
        sk: '1',
        text: 'ü 😀',
        number: 0.1,
        big: 2 ** 53 - 1,
        no: false,
        nothing: null,
        list: [1, 'a', { deep: [true] }],
        map: { a: { b: 'c' } },
        bytes: Uint8Array.of(0, 255),
        tags: new Set(['a', 'b']),
      }
      await put(item)

      expect(await get('types', '1')).toEqual(item)
    })

    fact('returns nothing for a missing item', async () => {
      expect(await get('missing', '1')).toBeUndefined()
    })

    fact('returns the replaced or deleted item', async () => {
      await put({ pk: 'old', sk: '1', v: 1 })
      const replaced = await put({ pk: 'old', sk: '1', v: 2 }, { ReturnValues: 'ALL_OLD' })
      const deleted = await table.send(
        new DeleteCommand({ TableName, Key: { pk: 'old', sk: '1' }, ReturnValues: 'ALL_OLD' }),
      )

      expect(replaced.Attributes).toMatchObject({ v: 1 })
      expect(deleted.Attributes).toMatchObject({ v: 2 })
      expect(await get('old', '1')).toBeUndefined()
    })

    fact('returns only the requested attributes', async () => {
      await put({ pk: 'project', sk: '1', a: 1, b: { c: 2, d: 3 } })
      const { Item } = await table.send(
        new GetCommand({
          TableName,
          Key: { pk: 'project', sk: '1' },
          ProjectionExpression: '#b.c, sk',
          ExpressionAttributeNames: { '#b': 'b' },
        }),
      )
      expect(Item).toEqual({ sk: '1', b: { c: 2 } })
    })
  })

  describe('conditional writes', () => {
    const absent = { ConditionExpression: 'attribute_not_exists(pk)' }
    const failed = { name: 'ConditionalCheckFailedException', status: 400 }

    fact('puts an item only when none exists', async () => {
      await put({ pk: 'once', sk: '1', by: 'first' }, absent)

      expect(await refusalOf(put({ pk: 'once', sk: '1', by: 'second' }, absent))).toEqual(failed)
      expect(await get('once', '1')).toMatchObject({ by: 'first' })
    })

    fact('lets exactly one of many writers win', async () => {
      const writers = Array.from({ length: 20 }, (_, by) => put({ pk: 'raced', sk: '1', by }, absent))
      const won = (await Promise.allSettled(writers)).filter(({ status }) => status === 'fulfilled')
      expect(won).toHaveLength(1)
    })

    fact('returns the item on which a condition failed', async () => {
      await put({ pk: 'lease', sk: '1', owner: 'a', until: 5 })
      const attempt = put(
        { pk: 'lease', sk: '1', owner: 'b', until: 9 },
        {
          ConditionExpression: 'attribute_not_exists(pk) OR #until < :now',
          ExpressionAttributeNames: { '#until': 'until' },
          ExpressionAttributeValues: { ':now': 3 },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        },
      )
      await expect(attempt).rejects.toMatchObject({ name: failed.name, Item: { owner: { S: 'a' }, until: { N: '5' } } })
    })

    fact('updates and deletes only when the condition holds', async () => {
      await put({ pk: 'fit', sk: '1', version: 1 })
      const to = (from: number, next: number) =>
        update('fit', '1', {
          UpdateExpression: 'SET version = :next',
          ConditionExpression: 'version = :from',
          ExpressionAttributeValues: { ':from': from, ':next': next },
        })
      await to(1, 2)

      expect(await refusalOf(to(1, 3))).toEqual(failed)
      const remove = new DeleteCommand({
        TableName,
        Key: { pk: 'fit', sk: '1' },
        ConditionExpression: 'version = :v',
        ExpressionAttributeValues: { ':v': 1 },
      })
      expect(await refusalOf(table.send(remove))).toEqual(failed)
      expect(await get('fit', '1')).toMatchObject({ version: 2 })
    })

    for (const [expression, values, holds] of [
      ['a BETWEEN :x AND :y', { ':x': 1, ':y': 9 }, true],
      ['a IN (:x, :y)', { ':x': 1, ':y': 5 }, true],
      ['size(words) > :x', { ':x': 2 }, false],
      ['contains(words, :x)', { ':x': 'one' }, true],
      ['NOT contains(words, :x)', { ':x': 'one' }, false],
      ['begins_with(sk, :x)', { ':x': 'ex' }, true],
      ['attribute_type(words, :x)', { ':x': 'L' }, true],
      ['deep.b = :x AND a <> :y', { ':x': true, ':y': 4 }, true],
      ['words[1] = :x', { ':x': 'two' }, true],
      ['attribute_exists(nowhere) OR (a = :x AND attribute_not_exists(deep.c))', { ':x': 5 }, true],
    ] as const) {
      fact(`reads the condition ${expression}`, async () => {
        await put({ pk: 'expression', sk: 'ex', a: 5, words: ['one', 'two'], deep: { b: true } })
        const attempt = update('expression', 'ex', {
          UpdateExpression: 'SET seen = :seen',
          ConditionExpression: expression,
          ExpressionAttributeValues: { ':seen': 1, ...values },
        })
        const outcome = await attempt.then(
          () => true,
          () => false,
        )
        expect(outcome).toBe(holds)
      })
    }
  })

  describe('updates', () => {
    fact('counts without losing an update', async () => {
      const add = () =>
        update('counter', '1', { UpdateExpression: 'ADD spent :one', ExpressionAttributeValues: { ':one': 1 } })
      await Promise.all(Array.from({ length: 20 }, add))

      expect(await get('counter', '1')).toMatchObject({ spent: 20 })
    })

    fact('stops a counter at its cap', async () => {
      const spend = () =>
        update('cap', '1', {
          UpdateExpression: 'ADD spent :one',
          ConditionExpression: 'attribute_not_exists(spent) OR spent <= :room',
          ExpressionAttributeValues: { ':one': 1, ':room': 4 },
        })
      const results = await Promise.allSettled(Array.from({ length: 10 }, spend))

      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(5)
      expect(await get('cap', '1')).toMatchObject({ spent: 5 })
    })

    fact('sets, removes, adds to sets and appends to lists', async () => {
      await put({ pk: 'update', sk: '1', a: 1, gone: 'x', list: [1], map: { k: 1, l: 2 }, tags: new Set(['a', 'b']) })
      const { Attributes } = await update('update', '1', {
        UpdateExpression:
          'SET a = a + :two, made = if_not_exists(made, :zero), #list = list_append(#list, :more), #map.k = :zero ' +
          'REMOVE gone, #map.l ADD tags :c DELETE tags_2 :c',
        ExpressionAttributeNames: { '#list': 'list', '#map': 'map' },
        ExpressionAttributeValues: { ':two': 2, ':zero': 0, ':more': [2, 3], ':c': new Set(['c']) },
        ReturnValues: 'ALL_NEW',
      })
      expect(Attributes).toEqual({
        pk: 'update',
        sk: '1',
        a: 3,
        made: 0,
        list: [1, 2, 3],
        map: { k: 0 },
        tags: new Set(['a', 'b', 'c']),
      })
    })

    fact('appends to a missing list', async () => {
      const append = (item: string) =>
        update('append', '1', {
          UpdateExpression: 'SET #l = list_append(if_not_exists(#l, :empty), :item)',
          ExpressionAttributeNames: { '#l': 'l' },
          ExpressionAttributeValues: { ':empty': [], ':item': [item] },
          ReturnValues: 'UPDATED_NEW',
        })
      await append('a')

      expect((await append('b')).Attributes).toEqual({ l: ['a', 'b'] })
    })

    fact('returns the old values of updated attributes', async () => {
      await put({ pk: 'updated-old', sk: '1', a: 1, b: 2 })
      const { Attributes } = await update('updated-old', '1', {
        UpdateExpression: 'SET a = :v',
        ExpressionAttributeValues: { ':v': 9 },
        ReturnValues: 'UPDATED_OLD',
      })
      expect(Attributes).toEqual({ a: 1 })
    })

    fact('refuses a broken expression', async () => {
      const broken = update('broken', '1', { UpdateExpression: 'SET a = ', ExpressionAttributeValues: { ':v': 9 } })
      expect((await refusalOf(broken)).name).toBe('ValidationException')
    })
  })

  describe('queries', () => {
    const rows = Array.from({ length: 25 }, (_, index) => ({
      pk: 'query',
      sk: `day#${String(index).padStart(2, '0')}`,
      even: index % 2 === 0,
      status: index < 5 ? 'open' : 'done',
    }))
    beforeAll(async () => {
      await table.send(
        new BatchWriteCommand({ RequestItems: { [TableName]: rows.map((Item) => ({ PutRequest: { Item } })) } }),
      )
    })
    const query = async (more: object) => {
      const input = { TableName, KeyConditionExpression: 'pk = :pk', ...more } as ConstructorParameters<
        typeof QueryCommand
      >[0]
      return table.send(new QueryCommand(input))
    }
    const keysOf = ({ Items }: { Items?: Record<string, unknown>[] | undefined }) => Items?.map(({ sk }) => sk)

    fact('queries items by a prefix of their sort key, in order', async () => {
      const found = await query({
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :start)',
        ExpressionAttributeValues: { ':pk': 'query', ':start': 'day#1' },
      })
      expect(keysOf(found)).toEqual(rows.slice(10, 20).map(({ sk }) => sk))
    })

    fact('queries items between two sort keys, in reverse', async () => {
      const found = await query({
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :a AND :b',
        ExpressionAttributeValues: { ':pk': 'query', ':a': 'day#03', ':b': 'day#05' },
        ScanIndexForward: false,
      })
      expect(keysOf(found)).toEqual(['day#05', 'day#04', 'day#03'])
    })

    fact('filters after counting, and returns both counts', async () => {
      const found = await query({
        FilterExpression: 'even = :yes',
        ExpressionAttributeValues: { ':pk': 'query', ':yes': true },
      })
      expect([found.Count, found.ScannedCount]).toEqual([13, 25])
    })

    fact('pages without losing or repeating an item', async () => {
      const pages: unknown[][] = []
      const paging = paginateQuery(
        { client: table, pageSize: 7 },
        { TableName, KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': 'query' } },
      )
      for await (const { Items } of paging) pages.push((Items ?? []).map(({ sk }) => sk))

      expect(pages.flat()).toEqual(rows.map(({ sk }) => sk))
      expect(pages[0]).toHaveLength(7)
    })

    fact('queries a secondary index', async () => {
      const found = await query({
        IndexName: 'byStatus',
        KeyConditionExpression: '#s = :open',
        ExpressionAttributeNames: { '#s': 'status' },
        ExpressionAttributeValues: { ':open': 'open' },
      })
      expect(keysOf(found)).toEqual(rows.slice(0, 5).map(({ sk }) => sk))
    })

    fact('gets many items at once', async () => {
      const Keys = [
        { pk: 'query', sk: 'day#00' },
        { pk: 'query', sk: 'day#24' },
        { pk: 'query', sk: 'missing' },
      ]
      const { Responses } = await table.send(new BatchGetCommand({ RequestItems: { [TableName]: { Keys } } }))
      expect(new Set(Responses?.[TableName]?.map(({ sk }) => String(sk)))).toEqual(new Set(['day#00', 'day#24']))
    })

    fact('deletes many items at once', async () => {
      const Key = { pk: 'batch', sk: '1' }
      await put({ ...Key })
      await table.send(new BatchWriteCommand({ RequestItems: { [TableName]: [{ DeleteRequest: { Key } }] } }))
      expect(await get('batch', '1')).toBeUndefined()
    })

    fact('scans with a filter', async () => {
      const { Items } = await table.send(
        new ScanCommand({
          TableName,
          FilterExpression: 'pk = :pk AND #s = :open',
          ExpressionAttributeNames: { '#s': 'status' },
          ExpressionAttributeValues: { ':pk': 'query', ':open': 'open' },
        }),
      )
      expect(Items).toHaveLength(5)
    })
  })
}
