import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { AwsError, notImplemented } from '../protocol/aws-error'
import { targetOf } from '../protocol/json'
import { refuse } from '../refusal'
import type { Access, AwsRequest, AwsResponse, AwsService, CloudContext } from '../service'
import { accessTo } from './access'
import { ConditionFailed, isOperation, openEngine, DYNAMODB_OPERATIONS } from './engine'
import { openTimeToLive } from './time-to-live'

export interface DynamoDb extends AwsService {
  /** Create the table from CloudFormation's properties if it does not exist, and wait until it is active. Refuses an existing table with another key. */
  ensureTable(definition: TableDefinition): Promise<void>
  arnOf(table: string): string
}

/** Properties of `AWS::DynamoDB::Table`. Those without meaning on a laptop are accepted and ignored. */
const tableDefinition = z.strictObject({
  TableName: z.string(),
  AttributeDefinitions: z.array(z.unknown()),
  KeySchema: z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) })),
  BillingMode: z.string().optional(),
  ProvisionedThroughput: z.unknown().optional(),
  GlobalSecondaryIndexes: z.array(z.unknown()).optional(),
  LocalSecondaryIndexes: z.array(z.unknown()).optional(),
  TimeToLiveSpecification: z.object({ AttributeName: z.string(), Enabled: z.boolean() }).optional(),
  PointInTimeRecoverySpecification: z.unknown().optional(),
  SSESpecification: z.unknown().optional(),
  DeletionProtectionEnabled: z.unknown().optional(),
  Tags: z.unknown().optional(),
})
export type TableDefinition = z.input<typeof tableDefinition>

const record = z.record(z.string(), z.unknown())
const ttlInput = z.strictObject({
  TableName: z.string(),
  TimeToLiveSpecification: z.strictObject({ AttributeName: z.string(), Enabled: z.boolean() }),
})

/**
 * DynamoDB: dynalite's tables on disk behind this cloud's permission checks. Refused by name: transactions, PartiQL, streams, backups.
 * Time to live is remembered and deletes nothing.
 */
export function createDynamoDb(context: CloudContext): DynamoDb {
  const root = path.join(context.dataDir, 'dynamodb')
  mkdirSync(root, { recursive: true })
  const engine = openEngine(path.join(root, 'tables'), context.account, context.region)
  const timeToLive = openTimeToLive(path.join(root, 'time-to-live.json'))
  const hashKeys = new Map<string, string>()
  const arnOf = (table: string) => `arn:aws:dynamodb:${context.region}:${context.account}:table/${table}`
  const ready = learnKeys()

  const run = async (operation: string, input: Record<string, unknown>): Promise<Record<string, unknown>> => {
    if (operation === 'UpdateTimeToLive') return updateTimeToLive(input)
    if (operation === 'DescribeTimeToLive') return describeTimeToLive(input)
    if (!isOperation(operation)) throw notImplemented(`operation ${operation} in DynamoDB`)
    const [unknown] = engine.unknownMembers(operation, input)
    if (unknown !== undefined) throw notImplemented(`option ${unknown} of ${operation} in DynamoDB`)
    const output = await engine.run(operation, input)
    if (operation === 'CreateTable') learnKey(input)
    return output
  }
  const answer = async (operation: string, input: Record<string, unknown> | undefined): Promise<AwsResponse> => {
    try {
      await ready
      if (!input) throw new AwsError(400, 'SerializationException', 'The body is not a JSON object')
      return json(200, await run(operation, input))
    } catch (error) {
      if (error instanceof ConditionFailed) {
        return json(400, { __type: TYPE_PREFIX + error.code, message: error.message, Item: error.item })
      }
      if (error instanceof z.ZodError) return refuse('dynamodb', invalid(error))
      if (error instanceof AwsError) return refuse('dynamodb', error)
      throw error
    }
  }
  const accessesOf = (operation: string, input: Record<string, unknown>): Access[] =>
    isOperation(operation)
      ? accessTo(operation, input, arnOf, hashKeys)
      : [{ action: `dynamodb:${operation}`, resource: arnOf(String(input.TableName)) }]
  const updateTimeToLive = async (input: Record<string, unknown>) => {
    const { TableName, TimeToLiveSpecification } = ttlInput.parse(input)
    await engine.run('DescribeTable', { TableName })
    const { AttributeName, Enabled } = TimeToLiveSpecification
    timeToLive.set(TableName, Enabled ? AttributeName : undefined)
    return { TimeToLiveSpecification }
  }
  const describeTimeToLive = async (input: Record<string, unknown>) => {
    const TableName = z.string().parse(input.TableName)
    await engine.run('DescribeTable', { TableName })
    const AttributeName = timeToLive.attributeOf(TableName)
    const on = AttributeName !== undefined
    return {
      TimeToLiveDescription: on ? { TimeToLiveStatus: 'ENABLED', AttributeName } : { TimeToLiveStatus: 'DISABLED' },
    }
  }

  return {
    name: 'dynamodb',
    operations: [...DYNAMODB_OPERATIONS, 'DescribeTimeToLive', 'UpdateTimeToLive'],
    arnOf,
    open(request) {
      const operation = targetOf(request)
      const input = readInput(request)
      return {
        operation,
        accesses: input ? accessesOf(operation, input) : [],
        detail: input && itemKey(input),
        run: () => answer(operation, input),
      }
    },
    async ensureTable(definition) {
      await ready
      const { TableName, TimeToLiveSpecification, ...wanted } = tableDefinition.parse(definition)
      const known = await engine.run('DescribeTable', { TableName }).catch(() => undefined)
      if (!known) await engine.run('CreateTable', { TableName, ...creatable(wanted) })
      else if (hashKeys.get(TableName) !== hashKeyOf(wanted.KeySchema)) {
        throw new Error(`table ${TableName} is kept with another key; remove ${root} to start anew`)
      }
      await active(TableName)
      hashKeys.set(TableName, hashKeyOf(wanted.KeySchema) ?? '')
      timeToLive.set(TableName, TimeToLiveSpecification?.Enabled ? TimeToLiveSpecification.AttributeName : undefined)
    },
    close: () => engine.close(),
  }

  /** dynalite answers before a table is active, and never activates a table whose creation was cut off by a hard stop. */
  async function active(TableName: string): Promise<void> {
    for (const end = Date.now() + ACTIVE_MS; Date.now() < end; await pause(1)) {
      const { Table } = await engine.run('DescribeTable', { TableName })
      if (z.object({ TableStatus: z.string() }).parse(Table).TableStatus === 'ACTIVE') return
    }
    throw new Error(`the making of table ${TableName} was cut off; remove ${root} to start anew`)
  }
  async function learnKeys(): Promise<void> {
    const { TableNames } = z.object({ TableNames: z.array(z.string()) }).parse(await engine.run('ListTables', {}))
    for (const TableName of TableNames) {
      const { Table } = await engine.run('DescribeTable', { TableName })
      learnKey(Table)
    }
  }
  function learnKey(table: unknown): void {
    const { TableName, KeySchema } = tableDefinition.pick({ TableName: true, KeySchema: true }).strip().parse(table)
    hashKeys.set(TableName, hashKeyOf(KeySchema) ?? '')
  }
}

/** Creating a table takes milliseconds, on a busy machine longer. */
const ACTIVE_MS = 10_000

const TYPE_PREFIX = 'com.amazonaws.dynamodb.v20120810#'

const invalid = (error: z.ZodError): AwsError => new AwsError(400, 'ValidationException', z.prettifyError(error))

function readInput({ body }: AwsRequest): Record<string, unknown> | undefined {
  try {
    return record.parse(JSON.parse(body.toString('utf8')))
  } catch {
    return undefined
  }
}

/** The key of the item that a request is about, as JSON. The table's ARN alone would not say which item. */
function itemKey({ Key, Item }: Record<string, unknown>): string | undefined {
  const item = record.safeParse(Item).data
  const key = Key ?? (item && Object.fromEntries(Object.entries(item).filter(([name]) => KEY_NAMES.has(name))))
  return key === undefined ? undefined : JSON.stringify(key)
}

/** Possible names of key attributes. */
const KEY_NAMES = new Set(['pk', 'sk', 'id'])

function json(status: number, content: object): AwsResponse {
  const body = JSON.stringify(content)
  return { status, headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-crc32': String(crc32(body)) }, body }
}

const creatable = ({
  AttributeDefinitions,
  KeySchema,
  BillingMode,
  ProvisionedThroughput,
  GlobalSecondaryIndexes,
  LocalSecondaryIndexes,
}: Omit<z.output<typeof tableDefinition>, 'TableName'>): Record<string, unknown> => ({
  AttributeDefinitions,
  KeySchema,
  ...(BillingMode !== undefined && { BillingMode }),
  ...(ProvisionedThroughput !== undefined && { ProvisionedThroughput }),
  ...(GlobalSecondaryIndexes && { GlobalSecondaryIndexes }),
  ...(LocalSecondaryIndexes && { LocalSecondaryIndexes }),
})

const hashKeyOf = (schema: z.output<typeof tableDefinition>['KeySchema']): string | undefined =>
  schema.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName
