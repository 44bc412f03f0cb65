import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs'

/** How many messages are in each queue, by function. */
export type CountMessages = (urls: Readonly<Record<string, string>>) => Promise<Record<string, number>>

export const sqsCounts =
  (client: SQSClient): CountMessages =>
  async (urls) => {
    const counts = await Promise.all(
      Object.entries(urls).map(async ([name, url]) => {
        const { Attributes } = await client.send(
          new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['ApproximateNumberOfMessages'] }),
        )
        return [name, Number(Attributes?.ApproximateNumberOfMessages ?? 0)] as const
      }),
    )
    return Object.fromEntries(counts)
  }
