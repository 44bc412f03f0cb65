// An EventBridge rule as the event of a function: delivery is retried for a day, then the event goes to the function's dead letters, as
// with the rules in serverless.yml.
const ruleEvent = (rule, deadLetters) => ({
  eventBridge: {
    ...rule,
    retryPolicy: { maximumEventAge: 86_400, maximumRetryAttempts: 185 },
    deadLetterQueueArn: deadLetters,
  },
})
module.exports.ruleEvent = ruleEvent

/** The event of a function for puts of objects with matching keys. */
module.exports.putEvent = (wildcard, deadLetters) =>
  ruleEvent(
    {
      pattern: {
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: { bucket: { name: [{ Ref: 'Bucket' }] }, object: { key: [{ wildcard }] } },
      },
    },
    deadLetters,
  )
