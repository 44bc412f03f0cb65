import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns'

/** A mail to every address that confirmed its subscription. */
export interface Letter {
  /** ASCII, fewer than 100 characters, no line break: SNS refuses others. */
  subject: string
  /** Plain text. */
  body: string
}

/** Hand a letter to a topic; answers SNS's id of the message. Who subscribed, SNS knows alone. */
export type SendLetter = (letter: Letter) => Promise<string>

export const snsTopic =
  (client: SNSClient, topic: string): SendLetter =>
  async ({ subject, body }) => {
    const { MessageId } = await client.send(new PublishCommand({ TopicArn: topic, Subject: subject, Message: body }))
    return MessageId ?? ''
  }
