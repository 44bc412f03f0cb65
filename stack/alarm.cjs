/**
 * An alarm that rings the topic, where bellwether.yml names an address for it. Its description says what happened, and what
 * to do: `look` is a command, `runbook` a heading of docs/runbook.md.
 */
module.exports = ({ what, look, runbook }, { deploy }, metric) => ({
  Type: 'AWS::CloudWatch::Alarm',
  Properties: {
    AlarmDescription: `${what} ${look ? `Look: ${look}. ` : ''}What to do: docs/runbook.md#${runbook}`,
    ...(metric.Metrics === undefined && { Period: 300 }),
    EvaluationPeriods: 1,
    Threshold: 0,
    ComparisonOperator: 'GreaterThanThreshold',
    TreatMissingData: 'notBreaching',
    ...(deploy.alarmEmail && { AlarmActions: [{ Ref: 'AlarmTopic' }] }),
    ...metric,
  },
})
