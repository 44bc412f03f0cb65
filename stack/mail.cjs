// The weekly mail: a topic, a subscription for each address and the function that writes the mail. Deployed only if bellwether.yml
// names addresses under `report.mail`. Also the doctor's permissions for every topic that sends mails.
const { createHash } = require('node:crypto')
const { putEvent } = require('./rule-event.cjs')

module.exports = async ({ resolveVariable }) => {
  const settings = await resolveVariable('file(./stack/settings.cjs)')
  const stage = await resolveVariable('sls:stage')
  const topics = topicsOf(settings)
  return {
    function: mailOf(settings),
    /** ARNs of the topics that send mails, by the setting that names their addresses: for the doctor. */
    topics:
      topics.length > 0
        ? { 'Fn::Sub': JSON.stringify(Object.fromEntries(topics.map(([name, id]) => [name, `\${${id}}`]))) }
        : '{}',
    // In addition to those in permissions.yml.
    statements: {
      doctor:
        topics.length > 0
          ? [
              allow(
                'sns:ListSubscriptionsByTopic',
                topics.map(([, id]) => ({ Ref: id })),
              ),
            ]
          : [],
    },
    template: isOn(settings) ? template(settings, stage) : {},
  }
}

const isOn = ({ report }) => report.mail.length > 0

const topicsOf = (settings) => [
  ...(isOn(settings) ? [['report.mail', 'MailTopic']] : []),
  ...(settings.deploy.alarmEmail ? [['deploy.alarmEmail', 'AlarmTopic']] : []),
]

const mailOf = (settings) => (isOn(settings) ? mail : null)
module.exports.mail = mailOf

const deadLetters = { 'Fn::GetAtt': ['MailDeadLetters', 'Arn'] }

const mail = {
  handler: 'services/mail/handler.handler',
  description: 'Mails what is known of a week',
  role: 'MailRole',
  timeout: 60,
  memorySize: 512,
  environment: { MAIL_TOPIC: { Ref: 'MailTopic' }, SITE_URL: { 'Fn::GetAtt': ['HttpApi', 'ApiEndpoint'] } },
  destinations: { onFailure: { type: 'sqs', arn: deadLetters } },
  events: [putEvent('reports/moved/week=*.json', deadLetters)],
}

const allow = (Action, Resource) => ({ Effect: 'Allow', Action, Resource })

// Each subscription is a separate resource, so adding or removing one address leaves the others confirmed.
const template = ({ report }, stage) => ({
  Resources: {
    MailTopic: {
      Type: 'AWS::SNS::Topic',
      Properties: { TopicName: `bellwether-${stage}-mail`, DisplayName: 'Bellwether' },
    },
    ...Object.fromEntries(
      report.mail.map((Endpoint) => [
        `MailTo${createHash('sha256').update(Endpoint).digest('hex').slice(0, 12)}`,
        { Type: 'AWS::SNS::Subscription', Properties: { TopicArn: { Ref: 'MailTopic' }, Protocol: 'email', Endpoint } },
      ]),
    ),
  },
})
