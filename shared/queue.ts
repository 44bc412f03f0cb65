import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { correlation } from './watch/correlation'

/**
 * Put a request on a queue, to be worked on after a delay; SQS limits delays to 900 seconds, so longer ones are cut.
 */
export type Enqueue = (request: unknown, delaySeconds?: number) => Promise<void>

export const sqsQueue =
  (client: SQSClient, url: string): Enqueue =>
  async (request, delaySeconds = 0) => {
    const id = correlation()
    await client.send(
      new SendMessageCommand({
        QueueUrl: url,
        MessageBody: JSON.stringify(request),
        DelaySeconds: Math.min(900, Math.max(0, Math.ceil(delaySeconds))),
        // A queued request keeps its correlation id, even if the request itself does not name it.
        ...(id !== undefined && { MessageAttributes: { correlationId: { DataType: 'String', StringValue: id } } }),
      }),
    )
  }
