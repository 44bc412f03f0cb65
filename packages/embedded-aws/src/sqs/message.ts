import { createHash } from 'node:crypto'
import { z } from 'zod'

export const messageAttribute = z.strictObject({
  DataType: z.string(),
  StringValue: z.string().optional(),
  /** Base64. */
  BinaryValue: z.string().optional(),
})

/** A stored message; times in milliseconds since the epoch. */
export const message = z.strictObject({
  id: z.string(),
  body: z.string(),
  attributes: z.record(z.string(), messageAttribute),
  senderId: z.string(),
  traceHeader: z.string().optional(),
  sentAt: z.number(),
  /** Hidden until then: by its delay or its visibility timeout. */
  visibleAt: z.number(),
  receiveCount: z.number(),
  firstReceivedAt: z.number().optional(),
  /** From the last time it was received. */
  receiptHandle: z.string().optional(),
  /** ARN of the queue that moved it to this dead-letter queue. */
  deadLetterSource: z.string().optional(),
})

export type MessageAttribute = z.infer<typeof messageAttribute>
export type Message = z.infer<typeof message>

export const md5Hex = (text: string | Buffer): string => createHash('md5').update(text).digest('hex')

/**
 * The digest that SDKs compare: names in order, each with its type and value, every piece led by its length.
 * Undefined without attributes. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
 */
export function attributesMd5(attributes: Record<string, MessageAttribute>): string | undefined {
  const names = Object.keys(attributes).sort((a, b) => (a < b ? -1 : 1))
  if (names.length === 0) return undefined
  const pieces = names.flatMap((name) => {
    const { DataType = '', StringValue, BinaryValue } = attributes[name] ?? {}
    const binary = StringValue === undefined
    const value = binary ? Buffer.from(BinaryValue ?? '', 'base64') : Buffer.from(StringValue)
    return [...sized(Buffer.from(name)), ...sized(Buffer.from(DataType)), Buffer.of(binary ? 2 : 1), ...sized(value)]
  })
  return md5Hex(Buffer.concat(pieces))
}

/** The number of bytes that counts against the limit on a message's size. */
export const sizeOf = ({ body, attributes }: Pick<Message, 'body' | 'attributes'>): number =>
  Object.entries(attributes).reduce(
    (sum, [name, { DataType, StringValue = '', BinaryValue = '' }]) =>
      sum + Buffer.byteLength(name + DataType + StringValue) + Buffer.byteLength(BinaryValue, 'base64'),
    Buffer.byteLength(body),
  )

function sized(bytes: Buffer): Buffer[] {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return [length, bytes]
}
