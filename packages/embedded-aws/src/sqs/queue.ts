import { randomBytes, randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import type { Clock } from '../clock'
import { AwsError } from '../protocol/aws-error'
import { openJournal } from '../protocol/journal'
import { completeAttributes, milliseconds, type QueueAttributes, readRedrivePolicy } from './attributes'
import { message, type Message } from './message'

/** One change of a queue, as its journal stores it. */
const change = z.union([
  z.strictObject({ put: message }),
  z.strictObject({
    change: message.pick({ id: true, visibleAt: true, receiveCount: true, firstReceivedAt: true, receiptHandle: true }),
  }),
  z.strictObject({ remove: z.string() }),
])

const kept = z.strictObject({
  attributes: z.record(z.string(), z.string()),
  createdAt: z.number(),
  changedAt: z.number(),
})

export interface NewMessage {
  body: string
  attributes?: Message['attributes']
  senderId: string
  traceHeader?: string
  /** By default the queue's delay. */
  delaySeconds?: number
}

export interface Queue {
  name: string
  about(): z.infer<typeof kept>
  configure(attributes: QueueAttributes): void
  send(message: NewMessage): Message
  /** Receive a message as the dead-letter queue of another queue. */
  takeOver(message: Message, deadLetterSource: string): void
  /** Up to `max` visible messages, hidden from now on until their visibility timeout. */
  receive(max: number, visibilitySeconds?: number): Message[]
  /** Delete a received message; an old handle deletes nothing. Raises ReceiptHandleIsInvalid (404). */
  remove(receiptHandle: string): void
  /** Hide it for this long from now. Raises MessageNotInflight, ReceiptHandleIsInvalid. */
  changeVisibility(receiptHandle: string, seconds: number): void
  counts(): { visible: number; inFlight: number; delayed: number }
  purge(): void
  /** `listener` is called whenever a message has become visible; returns a function that unsubscribes it. */
  onMessage(listener: () => void): () => void
  close(): void
  delete(): void
}

interface Place {
  folder: string
  name: string
  clock: Clock
  /** Moves a message to the dead-letter queue of that name; false if there is no such queue. */
  giveUp: (queueName: string, message: Message) => boolean
}

const LONG_JOURNAL = 1000

/** Open or create the queue stored in `folder`. */
export function openQueue({ folder, name, clock, giveUp }: Place, given: QueueAttributes = {}): Queue {
  const messages = new Map<string, Message>()
  const listeners = new Set<() => void>()
  let about = readAbout(folder, given, clock.now())
  let alarm: { at: number; cancel: () => void } | undefined

  const apply = (record: z.infer<typeof change>) => {
    if ('put' in record) messages.set(record.put.id, record.put)
    else if ('remove' in record) messages.delete(record.remove)
    else {
      const before = messages.get(record.change.id)
      if (before) messages.set(before.id, { ...before, ...record.change })
    }
  }
  const journal = openJournal(path.join(folder, 'messages.jsonl'), change, apply)
  const commit = (record: z.infer<typeof change>) => {
    journal.append(record)
    apply(record)
    if (journal.length() > LONG_JOURNAL && journal.length() > 4 * messages.size) {
      journal.rewrite(Array.from(messages.values(), (put) => ({ put })))
    }
  }

  const announce = () => {
    for (const listener of listeners) listener()
  }
  /** One timer for the next message that becomes visible. */
  const wakeAt = (at: number) => {
    if (alarm && alarm.at <= at) return
    alarm?.cancel()
    alarm = { at, cancel: clock.at(at, wake) }
  }
  const wake = () => {
    alarm = undefined
    const hidden = [...messages.values()].map(({ visibleAt }) => visibleAt).filter((at) => at > clock.now())
    if (hidden.length > 0) wakeAt(hidden.reduce((least, at) => Math.min(least, at)))
    announce()
  }
  const keep = (put: Message) => {
    commit({ put })
    if (put.visibleAt <= clock.now()) announce()
    else wakeAt(put.visibleAt)
  }
  const dropExpired = () => {
    const oldest = clock.now() - milliseconds(about.attributes, 'MessageRetentionPeriod')
    for (const { id, sentAt } of messages.values()) if (sentAt < oldest) commit({ remove: id })
  }
  const received = (receiptHandle: string): Message | undefined => {
    const id = Buffer.from(receiptHandle, 'base64url').toString('latin1').split(':')[0] ?? ''
    if (!/^[0-9a-f-]{36}$/.test(id)) {
      throw new AwsError(400, 'ReceiptHandleIsInvalid', 'The input receipt handle is invalid.')
    }
    const found = messages.get(id)
    return found?.receiptHandle === receiptHandle ? found : undefined
  }
  const receiveOne = (found: Message, visibilityMs: number): Message => {
    const taken = {
      id: found.id,
      visibleAt: clock.now() + visibilityMs,
      receiveCount: found.receiveCount + 1,
      firstReceivedAt: found.firstReceivedAt ?? clock.now(),
      receiptHandle: Buffer.from(`${found.id}:${randomBytes(18).toString('base64')}`).toString('base64url'),
    }
    commit({ change: taken })
    wakeAt(taken.visibleAt)
    return { ...found, ...taken }
  }

  const hidden = [...messages.values()].map(({ visibleAt }) => visibleAt).filter((at) => at > clock.now())
  if (hidden.length > 0) wakeAt(Math.min(...hidden))

  return {
    name,
    about: () => about,
    configure(attributes) {
      about = { ...about, attributes, changedAt: clock.now() }
      writeAbout(folder, about)
    },
    send({ body, attributes = {}, senderId, traceHeader, delaySeconds }) {
      const now = clock.now()
      const delayMs = delaySeconds === undefined ? milliseconds(about.attributes, 'DelaySeconds') : delaySeconds * 1000
      const sent: Message = {
        id: randomUUID(),
        body,
        attributes,
        senderId,
        ...(traceHeader !== undefined && { traceHeader }),
        sentAt: now,
        visibleAt: now + delayMs,
        receiveCount: 0,
      }
      keep(sent)
      return sent
    },
    takeOver: (given, deadLetterSource) => keep({ ...given, visibleAt: clock.now(), deadLetterSource }),
    receive(max, visibilitySeconds) {
      dropExpired()
      const visibilityMs =
        visibilitySeconds === undefined ? milliseconds(about.attributes, 'VisibilityTimeout') : visibilitySeconds * 1000
      const redrive = readRedrivePolicy(about.attributes.RedrivePolicy)
      const taken: Message[] = []
      for (const found of messages.values()) {
        if (taken.length >= max) break
        if (found.visibleAt > clock.now()) continue
        const isSpent = redrive !== undefined && found.receiveCount >= redrive.maxReceiveCount
        // Add it there before deleting it here: a crash in between duplicates the message instead of losing it.
        if (isSpent && giveUp(redrive.queueName, found)) commit({ remove: found.id })
        // If the dead-letter queue was deleted meanwhile, the message stays here and is received again.
        else taken.push(receiveOne(found, visibilityMs))
      }
      return taken
    },
    remove(receiptHandle) {
      const found = received(receiptHandle)
      if (found) commit({ remove: found.id })
    },
    changeVisibility(receiptHandle, seconds) {
      const found = received(receiptHandle)
      if (!found || found.visibleAt <= clock.now()) {
        throw new AwsError(400, 'MessageNotInflight', 'The message referred to is not in flight.')
      }
      const { id, receiveCount, firstReceivedAt } = found
      const visibleAt = clock.now() + seconds * 1000
      commit({ change: { id, receiveCount, firstReceivedAt, receiptHandle, visibleAt } })
      if (seconds === 0) announce()
      else wakeAt(visibleAt)
    },
    counts() {
      dropExpired()
      const all = [...messages.values()]
      const invisible = all.filter(({ visibleAt }) => visibleAt > clock.now())
      const delayed = invisible.filter(({ receiveCount }) => receiveCount === 0).length
      return { visible: all.length - invisible.length, inFlight: invisible.length - delayed, delayed }
    },
    purge() {
      for (const id of messages.keys()) commit({ remove: id })
    },
    onMessage(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    close() {
      alarm?.cancel()
      journal.close()
    },
    delete() {
      alarm?.cancel()
      journal.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function readAbout(folder: string, given: QueueAttributes, now: number): z.infer<typeof kept> {
  const file = path.join(folder, 'queue.json')
  if (existsSync(file)) return kept.parse(JSON.parse(readFileSync(file, 'utf8')))
  const made = { attributes: completeAttributes(given), createdAt: now, changedAt: now }
  mkdirSync(folder, { recursive: true })
  writeAbout(folder, made)
  return made
}

function writeAbout(folder: string, about: z.infer<typeof kept>): void {
  const file = path.join(folder, 'queue.json')
  writeFileSync(`${file}.new`, JSON.stringify(about))
  renameSync(`${file}.new`, file)
}
