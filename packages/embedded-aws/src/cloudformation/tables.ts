import { z } from 'zod'
import type { DynamoDb } from '../dynamodb'
import type { Creators } from './create'

const tableProperties = z.looseObject({
  AttributeDefinitions: z.array(z.unknown()),
  KeySchema: z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) })),
})

/** Tables by their keys. */
export const tableCreators = (dynamoDb: DynamoDb): Creators => ({
  'AWS::DynamoDB::Table': ({ name, properties }) =>
    dynamoDb.ensureTable({ ...tableProperties.parse(properties), TableName: name }),
})
