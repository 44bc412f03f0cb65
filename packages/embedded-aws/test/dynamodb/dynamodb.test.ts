import {
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  ExecuteStatementCommand,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createDynamoDb, type DynamoDb } from '../../src/dynamodb'
import { clientOf, type Served, serve } from '../serve'

const TABLE = {
  TableName: 'table',
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
  ],
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' as const },
    { AttributeName: 'sk', KeyType: 'RANGE' as const },
  ],
  BillingMode: 'PAY_PER_REQUEST',
  TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
  PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
  SSESpecification: { SSEEnabled: true },
}
const Key = { pk: { S: 'a' }, sk: { S: 'b' } }
let served: Served<{ dynamodb: DynamoDb }>
let client: DynamoDBClient

const connect = () => {
  client?.destroy()
  client = new DynamoDBClient({ ...clientOf(served), maxAttempts: 1 })
}
const request = (operation: string, body: object) => ({
  service: 'dynamodb',
  method: 'POST',
  path: '/',
  query: new URLSearchParams(),
  headers: { 'x-amz-target': `DynamoDB_20120810.${operation}` },
  body: Buffer.from(JSON.stringify(body)),
  principal: { arn: 'a' },
})

beforeEach(async () => {
  served = await serve((context) => ({ dynamodb: createDynamoDb(context) }))
  await served.services.dynamodb.ensureTable(TABLE)
  connect()
})
afterEach(async () => {
  client.destroy()
  await served.close()
})

describe('tables', () => {
  it('survive a restart with their items, and are not created twice', async () => {
    await client.send(new PutItemCommand({ TableName: 'table', Item: { ...Key, v: { N: '1' } } }))
    served = await served.restart()
    connect()
    await served.services.dynamodb.ensureTable(TABLE)

    expect((await client.send(new GetItemCommand({ TableName: 'table', Key }))).Item).toEqual({ ...Key, v: { N: '1' } })
    const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: 'table' }))
    expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expiresAt' })
  })

  it('are usable immediately after creation', async () => {
    const { dynamodb } = served.services
    await dynamodb.ensureTable({ ...TABLE, TableName: 'another' })
    const { body } = await dynamodb.open(request('DescribeTable', { TableName: 'another' })).run()

    expect(JSON.parse(String(body))).toMatchObject({ Table: { TableStatus: 'ACTIVE' } })
  })

  it('are refused with a key schema other than the stored one', async () => {
    const other = {
      ...TABLE,
      KeySchema: [{ AttributeName: 'sk', KeyType: 'HASH' as const }],
      AttributeDefinitions: TABLE.AttributeDefinitions.slice(1),
    }
    await expect(served.services.dynamodb.ensureTable(other)).rejects.toThrow('another key')
  })

  it('are refused with an unknown property', async () => {
    const streamed = { ...TABLE, StreamSpecification: { StreamViewType: 'NEW_IMAGE' } }
    await expect(served.services.dynamodb.ensureTable(streamed)).rejects.toThrow('StreamSpecification')
  })
})

describe('a failed condition', () => {
  it('returns the item at that time', async () => {
    const attempts = Array.from({ length: 10 }, (_, n) =>
      client.send(
        new UpdateItemCommand({
          TableName: 'table',
          Key,
          UpdateExpression: 'SET holder = :n',
          ConditionExpression: 'attribute_not_exists(holder)',
          ExpressionAttributeValues: { ':n': { N: String(n) } },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      ),
    )
    const results = await Promise.allSettled(attempts)
    const { Item } = await client.send(new GetItemCommand({ TableName: 'table', Key }))

    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []))
    expect(refused).toHaveLength(9)
    for (const reason of refused) expect(reason).toMatchObject({ name: 'ConditionalCheckFailedException', Item })
  })

  it('returns nothing unless requested', async () => {
    await client.send(new PutItemCommand({ TableName: 'table', Item: Key }))
    const again = new PutItemCommand({ TableName: 'table', Item: Key, ConditionExpression: 'attribute_not_exists(pk)' })
    await expect(client.send(again)).rejects.toEqual(expect.not.objectContaining({ Item: expect.anything() }))
  })
})

describe('an unsupported request', () => {
  it.each([
    ['TransactWriteItems', () => client.send(new TransactWriteItemsCommand({ TransactItems: [] }))],
    ['ExecuteStatement', () => client.send(new ExecuteStatementCommand({ Statement: 'SELECT * FROM t' }))],
  ])('is refused by name: %s', async (name, send) => {
    await expect(send()).rejects.toMatchObject({
      $metadata: { httpStatusCode: 501 },
      message: expect.stringContaining(name),
    })
  })

  it('is refused for an unknown option, by name', async () => {
    const { status, body } = await served.services.dynamodb
      .open(request('PutItem', { TableName: 'table', Item: Key, Novelty: 1 }))
      .run()
    expect([status, String(body)]).toEqual([501, expect.stringContaining('Novelty')])
  })
})

describe('permissions', () => {
  const resource = 'arn:aws:dynamodb:eu-west-1:000000000000:table/table'
  const leading = { conditions: { 'dynamodb:LeadingKeys': ['a'] } }

  it.each([
    ['PutItem', { TableName: 'table', Item: Key }, [{ action: 'dynamodb:PutItem', resource, ...leading }]],
    ['GetItem', { TableName: 'table', Key }, [{ action: 'dynamodb:GetItem', resource, ...leading }]],
    [
      'Query',
      {
        TableName: 'table',
        KeyConditionExpression: 'begins_with(sk, :s) AND #p = :p',
        ExpressionAttributeNames: { '#p': 'pk' },
        ExpressionAttributeValues: { ':p': { S: 'a' }, ':s': { S: 'x' } },
      },
      [{ action: 'dynamodb:Query', resource, ...leading }],
    ],
    [
      'Query',
      { TableName: 'table', IndexName: 'byDate', KeyConditionExpression: 'd = :d' },
      [{ action: 'dynamodb:Query', resource: `${resource}/index/byDate` }],
    ],
    ['Scan', { TableName: 'table' }, [{ action: 'dynamodb:Scan', resource }]],
    [
      'BatchGetItem',
      {
        RequestItems: {
          table: { Keys: [Key, { pk: { S: 'b' }, sk: { S: '1' } }, { pk: { S: 'b' }, sk: { S: '2' } }] },
        },
      },
      [{ action: 'dynamodb:BatchGetItem', resource, conditions: { 'dynamodb:LeadingKeys': ['a', 'b'] } }],
    ],
    [
      'BatchWriteItem',
      { RequestItems: { table: [{ PutRequest: { Item: Key } }, { DeleteRequest: { Key: { pk: { S: 'b' } } } }] } },
      [{ action: 'dynamodb:BatchWriteItem', resource, conditions: { 'dynamodb:LeadingKeys': ['a', 'b'] } }],
    ],
    ['BatchWriteItem', { RequestItems: { table: [] } }, [{ action: 'dynamodb:BatchWriteItem', resource }]],
    ['ListTables', {}, [{ action: 'dynamodb:ListTables', resource: '*' }]],
    ['DescribeTimeToLive', { TableName: 'table' }, [{ action: 'dynamodb:DescribeTimeToLive', resource }]],
  ])('are checked for %s', (operation, input, access) => {
    expect(served.services.dynamodb.open(request(operation, input)).accesses).toEqual(access)
  })
})
