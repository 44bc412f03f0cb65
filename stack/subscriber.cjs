// The example subscriber as a function of this stack, where bellwether.yml asks for it (`deploy.subscriber`); none
// otherwise. The folder services/subscriber can be copied and deployed as a stack of its own as well.
const { ruleEvent } = require('./rule-event.cjs')

module.exports = async ({ resolveVariable }) => {
  return subscriberOf(await resolveVariable('file(./stack/settings.cjs)'))
}

const subscriberOf = ({ deploy }) => (deploy.subscriber ? subscriber : null)
module.exports.subscriber = subscriberOf

const deadLetters = { 'Fn::GetAtt': ['SubscriberDeadLetters', 'Arn'] }

const subscriber = {
  handler: 'services/subscriber/handler.handler',
  description: 'Fetches a model when it goes live',
  role: 'SubscriberRole',
  timeout: 60,
  memorySize: 512,
  destinations: { onFailure: { type: 'sqs', arn: deadLetters } },
  events: [
    ruleEvent(
      {
        eventBus: { Ref: 'Bus' },
        pattern: { source: ['bellwether.evaluator'], 'detail-type': ['ModelPromoted', 'ModelRolledBack'] },
      },
      deadLetters,
    ),
  ],
}
