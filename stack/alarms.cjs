// Alarms that no single function's errors would raise: work that waits too long, a late stage of the day, and a reconciler
// that does not run.
const alarm = require('./alarm.cjs')

const HOUR = 3600

module.exports = async ({ resolveVariable }) => {
  const stage = await resolveVariable('sls:stage')
  const settings = await resolveVariable('file(./stack/settings.cjs)')

  const waitsTooLong = (name, queue, hours) =>
    alarm(
      {
        what: `Work for ${name} has waited longer than ${hours} hours on its queue.`,
        look: `npx sls logs -f ${name} --stage ${stage}`,
        runbook: 'work-waits',
      },
      settings,
      {
        AlarmName: `bellwether-${stage}-${name}-waits`,
        Namespace: 'AWS/SQS',
        MetricName: 'ApproximateAgeOfOldestMessage',
        Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [queue, 'QueueName'] } }],
        Statistic: 'Maximum',
        Threshold: hours * HOUR,
      },
    )

  return {
    Resources: {
      CollectorWaitsAlarm: waitsTooLong('collector', 'CollectorQueue', 6),
      // A training job without quota waits for up to a day.
      TrainerWaitsAlarm: waitsTooLong('trainer', 'TrainerQueue', 25),
      AnalyzerWaitsAlarm: waitsTooLong('analyzer', 'AnalyzerQueue', 6),
      // A day that is throttled, or out of time, continues within minutes.
      ...(settings.llm?.sendsPosts && { PredictorWaitsAlarm: waitsTooLong('predictor', 'PredictorQueue', 6) }),
      DayLateAlarm: alarm(
        {
          what: 'A stage of today is late or failed.',
          look: `npx sls invoke -f doctor --stage ${stage} --data '{"today":true}'`,
          runbook: 'why-is-todays-report-missing',
        },
        settings,
        {
          AlarmName: `bellwether-${stage}-day-late`,
          Namespace: `Bellwether/${stage}`,
          MetricName: 'LateStages',
          Dimensions: [{ Name: 'service', Value: 'doctor' }],
          Statistic: 'Maximum',
          // The doctor measures every three hours.
          Period: 3 * HOUR,
        },
      ),
      ReconcilerAbsentAlarm: reconcilerAbsent(stage, settings),
      ...(settings.deploy.alarmEmail && topic(stage, settings.deploy.alarmEmail)),
    },
  }
}

/**
 * Three whole hours of the stack without a run. Before the first deploy there was no run either, and missing data would raise the alarm
 * at once. So an hour counts only if Lambda polled a queue of the stack, which it does constantly while the stack exists.
 */
function reconcilerAbsent(stage, settings) {
  const hourly = (Id, Namespace, MetricName, Dimension) => ({
    Id,
    MetricStat: { Metric: { Namespace, MetricName, Dimensions: [Dimension] }, Period: HOUR, Stat: 'Sum' },
    ReturnData: false,
  })
  return alarm(
    {
      what: 'The reconciler has not run for three hours: work that an event lost stays lost.',
      look: `npx sls logs -f reconciler --stage ${stage}`,
      runbook: 'the-reconciler-by-hand',
    },
    settings,
    {
      AlarmName: `bellwether-${stage}-reconciler-absent`,
      Metrics: [
        hourly('polls', 'AWS/SQS', 'NumberOfEmptyReceives', {
          Name: 'QueueName',
          Value: { 'Fn::GetAtt': ['CollectorQueue', 'QueueName'] },
        }),
        hourly('runs', 'AWS/Lambda', 'Invocations', { Name: 'FunctionName', Value: `bellwether-${stage}-reconciler` }),
        {
          Id: 'absent',
          Label: 'Hours without a run',
          Expression: 'IF(FILL(polls, 0) > 0 AND FILL(runs, 0) < 1, 1, 0)',
        },
      ],
      EvaluationPeriods: 3,
    },
  )
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
