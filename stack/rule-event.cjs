// The event of a function that a rule of EventBridge gives it: delivered for a day, then to the function's dead letters, as
// by those of serverless.yml.
const ruleEvent = (rule, deadLetters) => ({
  eventBridge: {
    ...rule,
    retryPolicy: { maximumEventAge: 86_400, maximumRetryAttempts: 185 },
    deadLetterQueueArn: deadLetters,
  },
})
module.exports.ruleEvent = ruleEvent

/** The event of a function that takes the puts of objects whose keys match. */
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
