import { describe } from '@jest/globals'
import type { CloudUnderTest } from './cloud'
import { testDynamoDb } from './dynamodb'
import { testEvents } from './events'
import { type Differences, facts } from './fact'
import { testNotifications } from './notifications'
import { testS3 } from './s3'
import { testSecretsManager } from './secretsmanager'
import { testSns } from './sns'
import { testSqs } from './sqs'

/** The contract: the behaviour of AWS on which stacks rely, checked by real SDK clients against any endpoint. */
export function testCloud(cloud: () => CloudUnderTest, differences: Differences = {}): void {
  const { fact, checkAllUsed } = facts(differences)
  describe('S3', () => {
    testS3(cloud, fact)
  })
  describe("S3's notifications", () => {
    testNotifications(cloud, fact)
  })
  describe('SQS', () => {
    testSqs(cloud, fact)
  })
  describe('DynamoDB', () => {
    testDynamoDb(cloud, fact)
  })
  describe('EventBridge', () => {
    testEvents(cloud, fact)
  })
  describe('Secrets Manager', () => {
    testSecretsManager(cloud, fact)
  })
  describe('SNS', () => {
    testSns(cloud, fact)
  })
  checkAllUsed()
}
