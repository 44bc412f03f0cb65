import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'

export async function queueArn(sqs: SQSClient, QueueUrl: string): Promise<string> {
  const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] })
  return (await sqs.send(asked)).Attributes?.QueueArn ?? ''
}

/** Receives the next bodies of the queue as JSON, waiting up to a second for the first. */
export async function takeBodies(sqs: SQSClient, QueueUrl: string): Promise<unknown[]> {
  const asked = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 })
  const { Messages = [] } = await sqs.send(asked)
  for (const { ReceiptHandle } of Messages) await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
  return Messages.map(({ Body }): unknown => JSON.parse(Body ?? ''))
}
