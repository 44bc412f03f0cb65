import { z } from 'zod'
import type { Sns } from '../sns'
import type { Creators } from './create'

const email = z.literal('email', 'topics have addresses of e-mail alone here')
const topic = z.looseObject({
  FifoTopic: z.literal(false).optional(),
  Subscription: z.array(z.strictObject({ Protocol: email, Endpoint: z.string() })).default([]),
})
const subscription = z.strictObject({ TopicArn: z.string(), Protocol: email, Endpoint: z.string() })

/** Topics and their e-mail subscriptions. An address that is subscribed already is not asked to confirm again. */
export function topicCreators(sns: Sns): Creators {
  const subscribe = (arn: string, endpoint: string) => {
    if (!sns.isSubscribed(arn, endpoint)) sns.subscribe(arn, endpoint)
  }
  return {
    'AWS::SNS::Topic': ({ name, properties }) => {
      const arn = sns.ensure(name)
      for (const { Endpoint } of topic.parse(properties).Subscription) subscribe(arn, Endpoint)
    },
    'AWS::SNS::Subscription': ({ properties }) => {
      const { TopicArn, Endpoint } = subscription.parse(properties)
      subscribe(TopicArn, Endpoint)
    },
  }
}
