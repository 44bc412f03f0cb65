import { z } from 'zod'
import { AwsError } from '../protocol/aws-error'
import { messageAttribute, sizeOf } from './message'
import { checkAttributes } from './message-attributes'
import type { NewMessage, Queue } from './queue'

/** The input fields of a sent message, alone or in a batch. */
export const sendable = z.strictObject({
  MessageBody: z.string().min(1),
  DelaySeconds: z.number().int().min(0).max(900).optional(),
  MessageAttributes: z.record(z.string(), messageAttribute).optional(),
  MessageSystemAttributes: z.strictObject({ AWSTraceHeader: messageAttribute.optional() }).optional(),
})

/** Characters that XML 1.0, and therefore SQS, does not allow. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/

/** Validates a message for its queue. Raises InvalidMessageContents, InvalidParameterValue (400). */
export function newMessage(
  { MessageBody, DelaySeconds, MessageAttributes, MessageSystemAttributes }: z.infer<typeof sendable>,
  senderId: string,
): NewMessage {
  if (FORBIDDEN.test(MessageBody)) {
    throw new AwsError(400, 'InvalidMessageContents', 'Invalid characters were found in the message body.')
  }
  checkAttributes(MessageAttributes ?? {})
  const traceHeader = MessageSystemAttributes?.AWSTraceHeader?.StringValue
  return {
    body: MessageBody,
    attributes: MessageAttributes ?? {},
    senderId,
    ...(traceHeader !== undefined && { traceHeader }),
    ...(DelaySeconds !== undefined && { delaySeconds: DelaySeconds }),
  }
}

/** Raises InvalidParameterValue (400). */
export function checkSize({ body, attributes = {} }: NewMessage, queue: Queue): void {
  const most = Number(queue.about().attributes.MaximumMessageSize)
  if (sizeOf({ body, attributes }) > most) {
    throw new AwsError(
      400,
      'InvalidParameterValue',
      `One or more parameters are invalid. Reason: Message must be shorter than ${most} bytes.`,
    )
  }
}
