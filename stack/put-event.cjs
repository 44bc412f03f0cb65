// The event of a function that takes the puts of objects whose keys match: delivered for a day, then to its dead letters.
module.exports = (wildcard, deadLetters) => ({
  eventBridge: {
    pattern: {
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: { bucket: { name: [{ Ref: 'Bucket' }] }, object: { key: [{ wildcard }] } },
    },
    retryPolicy: { maximumEventAge: 86_400, maximumRetryAttempts: 185 },
    deadLetterQueueArn: deadLetters,
  },
})
