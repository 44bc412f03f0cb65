/** An alarm that rings the topic, where bellwether.yml names an address for it. */
module.exports = (AlarmDescription, { deploy }, metric) => ({
  Type: 'AWS::CloudWatch::Alarm',
  Properties: {
    AlarmDescription,
    Period: 300,
    EvaluationPeriods: 1,
    Threshold: 0,
    ComparisonOperator: 'GreaterThanThreshold',
    TreatMissingData: 'notBreaching',
    ...(deploy.alarmEmail && { AlarmActions: [{ Ref: 'AlarmTopic' }] }),
    ...metric,
  },
})
