import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { dynamoTable, type Table } from '../../shared/table'

export interface TestTable {
  table: Table
  stop(): Promise<void>
}

/** An empty table, served by dynalite from memory. */
export async function testTable(): Promise<TestTable> {
  // dynalite has no types.
  const dynalite = require('dynalite') as (options: { createTableMs: number }) => Server
  const server = dynalite({ createTableMs: 0 })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const client = new DynamoDBClient({
    region: 'eu-west-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  await client.send(
    new CreateTableCommand({
      TableName: 'test',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  )
  return {
    table: dynamoTable(client, 'test'),
    stop: async () => {
      client.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
