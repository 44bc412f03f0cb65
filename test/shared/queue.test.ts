import { expect, it } from '@jest/globals'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { mockClient } from 'aws-sdk-client-mock'
import { sqsQueue } from '../../shared/queue'
import { beginCorrelation } from '../../shared/watch/correlation'

it('sends the correlation id of the current work with a parked request', async () => {
  const sqs = mockClient(SQSClient)
  sqs.on(SendMessageCommand).resolves({})
  beginCorrelation('2026-11-21', () => undefined)
  await sqsQueue(new SQSClient({ region: 'eu-west-1' }), 'https://sqs/q')({})
  beginCorrelation(undefined, () => undefined)

  expect(sqs.call(0).args[0].input).toMatchObject({
    MessageAttributes: { correlationId: { DataType: 'String', StringValue: '2026-11-21' } },
  })
})

it.each([
  [undefined, 0],
  [1.2, 2],
  [-5, 0],
  [5000, 900],
])('delays a request by %s seconds, within the limits of SQS', async (delay, DelaySeconds) => {
  const sqs = mockClient(SQSClient)
  sqs.on(SendMessageCommand).resolves({})
  await sqsQueue(new SQSClient({ region: 'eu-west-1' }), 'https://sqs/q')({ hashtag: 'aws', from: undefined }, delay)

  expect(sqs.call(0).args[0].input).toEqual({
    QueueUrl: 'https://sqs/q',
    MessageBody: '{"hashtag":"aws"}',
    DelaySeconds,
  })
})
