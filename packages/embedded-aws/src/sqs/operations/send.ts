import { z } from 'zod'
import { AwsError } from '../../protocol/aws-error'
import { jsonOperation } from '../../protocol/json'
import { runBatch } from '../batch'
import { attributesMd5, md5Hex, sizeOf } from '../message'
import type { Queues } from '../queues'
import { checkSize, newMessage, sendable } from '../sending'

const sendMessageInput = z.strictObject({ QueueUrl: z.string(), ...sendable.shape })

export const sendMessage = (queues: Queues) =>
  jsonOperation({
    input: sendMessageInput,
    access: ({ QueueUrl }) => queues.access('SendMessage', QueueUrl),
    run({ QueueUrl, ...entry }, { principal }) {
      const queue = queues.at(QueueUrl)
      const message = newMessage(entry, principal.arn)
      checkSize(message, queue)
      const sent = queue.send(message)
      return {
        MessageId: sent.id,
        MD5OfMessageBody: md5Hex(sent.body),
        MD5OfMessageAttributes: attributesMd5(sent.attributes),
      }
    },
  })

const MAX_BYTES = 1024 * 1024

const sendMessageBatchInput = z.strictObject({
  QueueUrl: z.string(),
  Entries: z.array(z.strictObject({ Id: z.string(), ...sendable.shape })),
})

export const sendMessageBatch = (queues: Queues) =>
  jsonOperation({
    input: sendMessageBatchInput,
    access: ({ QueueUrl }) => queues.access('SendMessage', QueueUrl),
    run({ QueueUrl, Entries }, { principal }) {
      const queue = queues.at(QueueUrl)
      const bytes = Entries.reduce(
        (sum, entry) => sum + sizeOf({ body: entry.MessageBody, attributes: entry.MessageAttributes ?? {} }),
        0,
      )
      if (bytes > MAX_BYTES) {
        throw new AwsError(400, 'BatchRequestTooLong', `Batch requests cannot be longer than ${MAX_BYTES} bytes.`)
      }
      return runBatch(Entries, (entry) => {
        const message = newMessage(entry, principal.arn)
        checkSize(message, queue)
        const sent = queue.send(message)
        return {
          MessageId: sent.id,
          MD5OfMessageBody: md5Hex(sent.body),
          MD5OfMessageAttributes: attributesMd5(sent.attributes),
        }
      })
    },
  })
