import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { type Objects, s3Objects } from '../shared/objects'
import { dynamoTable, type Table } from '../shared/table'
import type { Cloud } from './cloud'
import { asOwner, resourceOf } from './owner'

export const BUCKET = 'Bucket'

/** The bucket as the owner of the account sees it. */
export const ownersBucket = (cloud: Cloud): Objects =>
  s3Objects(new S3Client(asOwner(cloud)), resourceOf(cloud, BUCKET))

/** The table as the owner of the account sees it. */
export const ownersTable = (cloud: Cloud): Table =>
  dynamoTable(new DynamoDBClient(asOwner(cloud)), resourceOf(cloud, 'Table'))
