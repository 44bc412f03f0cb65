import { z } from 'zod'
import { jsonOperation } from '../../protocol/json'
import { attributesMd5, md5Hex } from '../message'
import type { Queues } from '../queues'
import { checkSize, newMessage, sendable } from '../sending'

const input = z.strictObject({ QueueUrl: z.string(), ...sendable.shape })

export const sendMessage = (queues: Queues) =>
  jsonOperation({
    input,
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
