import { z } from 'zod'
import { type QueryOperation, queryOperation } from '../protocol/query'
import type { Topics } from './topics'

const PENDING = 'PendingConfirmation'

const topicArn = z.string().min(1)
/** E-mail only: other protocols are refused by name. */
const email = z.literal('email')

/** Printable ASCII that does not begin with a space, fewer than 100 characters. */
const subject = z.string().regex(/^[\x21-\x7e][\x20-\x7e]{0,98}$/, 'Invalid parameter: Subject')

const may =
  (action: string) =>
  ({ TopicArn }: { TopicArn: string }) => [{ action: `sns:${action}`, resource: TopicArn }]

/** Topics, and what is published to them. */
export function topicOperations(topics: Topics): Record<string, QueryOperation> {
  return {
    CreateTopic: queryOperation({
      input: z.strictObject({ Name: z.string().regex(/^[\w-]{1,256}$/, 'Invalid parameter: Topic Name') }),
      access: ({ Name }) => [{ action: 'sns:CreateTopic', resource: topics.arnOf(Name) }],
      run: ({ Name }) => ({ TopicArn: topics.ensure(Name) }),
    }),
    DeleteTopic: queryOperation({
      input: z.strictObject({ TopicArn: topicArn }),
      access: may('DeleteTopic'),
      run({ TopicArn }) {
        topics.remove(TopicArn)
        return {}
      },
    }),
    Publish: queryOperation({
      input: z.strictObject({
        TopicArn: topicArn,
        Message: z
          .string()
          .min(1, 'Invalid parameter: Empty message')
          .refine((text) => Buffer.byteLength(text) <= 262_144, 'Invalid parameter: Message too long'),
        Subject: subject.optional(),
      }),
      access: may('Publish'),
      run: ({ TopicArn, Message, Subject = 'AWS Notification Message' }) => ({
        MessageId: topics.publish(TopicArn, { subject: Subject, body: Message }),
      }),
    }),
  }
}

/** Subscriptions of a topic. */
export function subscriptionOperations(topics: Topics, owner: string): Record<string, QueryOperation> {
  return {
    Subscribe: queryOperation({
      input: z.strictObject({
        TopicArn: topicArn,
        Protocol: email,
        Endpoint: z.email('Invalid parameter: Email address'),
        ReturnSubscriptionArn: z.stringbool().optional(),
      }),
      access: may('Subscribe'),
      run({ TopicArn, Endpoint, ReturnSubscriptionArn }) {
        const one = topics.subscribe(TopicArn, Endpoint)
        const isShown = one.token === undefined || ReturnSubscriptionArn
        return { SubscriptionArn: isShown ? topics.subscriptionArn(TopicArn, one) : 'pending confirmation' }
      },
    }),
    ConfirmSubscription: queryOperation({
      input: z.strictObject({ TopicArn: topicArn, Token: z.string() }),
      access: may('ConfirmSubscription'),
      run: ({ TopicArn, Token }) => ({
        SubscriptionArn: topics.subscriptionArn(TopicArn, topics.confirm(TopicArn, Token)),
      }),
    }),
    Unsubscribe: queryOperation({
      input: z.strictObject({ SubscriptionArn: z.string() }),
      access: ({ SubscriptionArn }) => [{ action: 'sns:Unsubscribe', resource: SubscriptionArn }],
      run({ SubscriptionArn }) {
        topics.unsubscribe(SubscriptionArn)
        return {}
      },
    }),
    ListSubscriptionsByTopic: queryOperation({
      // Never more than one page.
      input: z.strictObject({ TopicArn: topicArn }),
      access: may('ListSubscriptionsByTopic'),
      run({ TopicArn }) {
        const member = topics.topic(TopicArn).subscriptions.map((one) => ({
          SubscriptionArn: one.token === undefined ? topics.subscriptionArn(TopicArn, one) : PENDING,
          Owner: owner,
          Protocol: 'email',
          Endpoint: one.endpoint,
          TopicArn,
        }))
        return { Subscriptions: member.length > 0 ? { member } : '' }
      },
    }),
  }
}
