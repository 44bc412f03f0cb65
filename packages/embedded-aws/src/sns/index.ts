import { queryService } from '../protocol/query'
import type { AwsService, CloudContext } from '../service'
import { type Mail, openOutbox } from './outbox'
import { subscriptionOperations, topicOperations } from './operations'
import { openTopics, type Topics } from './topics'

export type { Mail }

export interface Sns extends AwsService, Pick<Topics, 'ensure' | 'pending' | 'confirm' | 'subscribe' | 'isSubscribed'> {
  /** The folder of the mails. */
  outbox: string
}

/** SNS: topics whose messages go to confirmed e-mail addresses. A mail is a file. */
export function createSns(context: CloudContext, onMail?: (mail: Mail & { file: string }) => void): Sns {
  const outbox = openOutbox(context, onMail)
  const topics = openTopics(context, outbox)
  const service = queryService({
    name: 'sns',
    namespace: 'http://sns.amazonaws.com/doc/2010-03-31/',
    invalidInput: 'InvalidParameter',
    operations: { ...topicOperations(topics), ...subscriptionOperations(topics, context.account) },
  })
  const { ensure, pending, confirm, subscribe, isSubscribed } = topics
  return { ...service, outbox: outbox.folder, ensure, pending, confirm, subscribe, isSubscribed }
}
