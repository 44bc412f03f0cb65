// What no single function's errors would show: work that waits too long, and a reconciler that does not run.
const alarm = require('./alarm.cjs')

const HOUR = 3600

module.exports = async ({ resolveVariable }) => {
  const stage = await resolveVariable('sls:stage')
  const settings = await resolveVariable('file(./stack/settings.cjs)')

  const waitsTooLong = (name, queue, hours) =>
    alarm(`Work for ${name} has waited longer than ${hours} hours`, settings, {
      AlarmName: `bellwether-${stage}-${name}-waits`,
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateAgeOfOldestMessage',
      Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [queue, 'QueueName'] } }],
      Statistic: 'Maximum',
      Threshold: hours * HOUR,
    })

  return {
    Resources: {
      CollectorWaitsAlarm: waitsTooLong('collector', 'CollectorQueue', 6),
      // A training job without quota is parked for up to a day.
      TrainerWaitsAlarm: waitsTooLong('trainer', 'TrainerQueue', 25),
      AnalyzerWaitsAlarm: waitsTooLong('analyzer', 'AnalyzerQueue', 6),
      ReconcilerAbsentAlarm: alarm('The reconciler has not run for three hours', settings, {
        AlarmName: `bellwether-${stage}-reconciler-absent`,
        Namespace: 'AWS/Lambda',
        MetricName: 'Invocations',
        Dimensions: [{ Name: 'FunctionName', Value: `bellwether-${stage}-reconciler` }],
        Statistic: 'Sum',
        Period: HOUR,
        EvaluationPeriods: 3,
        Threshold: 1,
        ComparisonOperator: 'LessThanThreshold',
        TreatMissingData: 'breaching',
      }),
      ...(settings.deploy.alarmEmail && topic(stage, settings.deploy.alarmEmail)),
    },
  }
}

const topic = (stage, Endpoint) => ({
  AlarmTopic: {
    Type: 'AWS::SNS::Topic',
    Properties: {
      TopicName: `bellwether-${stage}-alarms`,
      Subscription: [{ Protocol: 'email', Endpoint }],
    },
  },
})
