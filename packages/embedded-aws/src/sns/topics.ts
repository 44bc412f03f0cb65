import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { AwsError } from '../protocol/aws-error'
import type { CloudContext } from '../service'
import type { Outbox } from './outbox'

const subscription = z.strictObject({
  id: z.string(),
  endpoint: z.string(),
  /** The token that confirms the subscription; absent once confirmed. */
  token: z.string().optional(),
  /** The token that confirmed it: a second confirmation with it succeeds too. */
  confirmedBy: z.string().optional(),
})
const topic = z.strictObject({ name: z.string(), subscriptions: z.array(subscription) })

export type Subscription = z.infer<typeof subscription>
export type Topic = z.infer<typeof topic>

export interface Topics {
  /** By ARN. Raises NotFound (404). */
  topic(arn: string): Topic
  arnOf(name: string): string
  subscriptionArn(topicArn: string, subscription: Subscription): string
  /** Create the topic if it does not exist; returns its ARN. */
  ensure(name: string): string
  remove(arn: string): void
  /** Subscribe an address unless it is confirmed already. Sends the confirmation mail, also a second time in case the first was lost. */
  subscribe(arn: string, endpoint: string): Subscription
  isSubscribed(arn: string, endpoint: string): boolean
  /** Idempotent. Raises InvalidParameter (400) for an unknown token. */
  confirm(arn: string, token: string): Subscription
  unsubscribe(subscriptionArn: string): void
  /** Send a mail to each confirmed address; returns the message id. */
  publish(arn: string, mail: { subject: string; body: string }): string
  /** Unconfirmed subscriptions of all topics. */
  pending(): { topic: string; endpoint: string; token: string }[]
}

/** Topics with e-mail subscriptions, kept in a file. */
export function openTopics({ dataDir, region, account }: CloudContext, outbox: Outbox): Topics {
  const folder = path.join(dataDir, 'sns')
  const file = path.join(folder, 'topics.json')
  mkdirSync(folder, { recursive: true })
  const kept = existsSync(file) ? z.array(topic).parse(JSON.parse(readFileSync(file, 'utf8'))) : []
  const arnOf = (name: string) => `arn:aws:sns:${region}:${account}:${name}`
  /** By ARN. */
  const topics = new Map(kept.map((one) => [arnOf(one.name), one]))

  const keep = () => {
    writeFileSync(`${file}.new`, JSON.stringify([...topics.values()], null, 2))
    renameSync(`${file}.new`, file)
  }
  const found = (arn: string): Topic => {
    const one = topics.get(arn)
    if (!one) throw new AwsError(404, 'NotFound', 'Topic does not exist')
    return one
  }
  const ask = (arn: string, { endpoint, token = '' }: Subscription) =>
    outbox.put({
      topic: arn,
      kind: 'confirmation',
      to: endpoint,
      subject: 'AWS Notification - Subscription Confirmation',
      body: `You have chosen to subscribe to the topic ${arn}. To confirm this subscription:\n\naws sns confirm-subscription --topic-arn ${arn} --token ${token}`,
    })

  return {
    topic: found,
    arnOf,
    subscriptionArn: (topicArn, { id }) => `${topicArn}:${id}`,
    ensure(name) {
      const arn = arnOf(name)
      if (topics.has(arn)) return arn
      topics.set(arn, { name, subscriptions: [] })
      keep()
      return arn
    },
    remove(arn) {
      topics.delete(arn)
      keep()
    },
    subscribe(arn, endpoint) {
      const of = found(arn)
      const known = of.subscriptions.find((one) => one.endpoint === endpoint)
      const one = known ?? { id: randomUUID(), endpoint, token: randomUUID().replaceAll('-', '').repeat(2) }
      if (!known) {
        of.subscriptions.push(one)
        keep()
      }
      if (one.token !== undefined) ask(arn, one)
      return one
    },
    isSubscribed: (arn, endpoint) => found(arn).subscriptions.some((one) => one.endpoint === endpoint),
    confirm(arn, token) {
      const { subscriptions } = found(arn)
      const confirmed = subscriptions.find((each) => each.confirmedBy === token)
      if (confirmed) return confirmed
      const one = subscriptions.find((each) => each.token === token)
      if (!one) throw new AwsError(400, 'InvalidParameter', 'Invalid token')
      one.confirmedBy = token
      delete one.token
      keep()
      return one
    },
    unsubscribe(subscriptionArn) {
      const at = subscriptionArn.lastIndexOf(':')
      const of = topics.get(subscriptionArn.slice(0, at))
      if (of) of.subscriptions = of.subscriptions.filter((one) => one.id !== subscriptionArn.slice(at + 1))
      keep()
    },
    publish(arn, { subject, body }) {
      for (const { endpoint, token } of found(arn).subscriptions) {
        if (token === undefined) outbox.put({ topic: arn, kind: 'message', to: endpoint, subject, body })
      }
      return randomUUID()
    },
    pending: () =>
      [...topics].flatMap(([arn, { subscriptions }]) =>
        subscriptions.flatMap(({ endpoint, token }) => (token === undefined ? [] : [{ topic: arn, endpoint, token }])),
      ),
  }
}
