// One page for the operator: collecting, labelling, training, reporting; costs; work that waits for a person. The custom
// metrics are those of shared/watch/metrics.ts.
const bundle = require('./bundle.cjs')
const { deployed } = require('./outline.cjs')

const DAY = 86_400
const HALF = 12
const THIRD = 8
const ROW = 6

module.exports = async ({ resolveVariable }) => {
  const stage = await resolveVariable('sls:stage')
  const settings = await resolveVariable('file(./stack/settings.cjs)')
  const { Resources } = await resolveVariable('file(./stack/alarms.cjs)')
  const { METRICS } = await bundle('shared/watch/metrics.ts')
  const { topicIn, watchedStreams } = await bundle('shared/streams.ts')
  const names = deployed(settings)
  const alarms = [
    ...Object.entries(Resources).flatMap(([id, { Type }]) => (Type === 'AWS::CloudWatch::Alarm' ? [id] : [])),
    ...names.flatMap(([name, { destinations }]) => [
      `${idOf(name)}ErrorsAlarm`,
      ...(destinations ? [`${idOf(name)}DeadLettersAlarm`] : []),
    ]),
  ]

  const ours = (name) =>
    METRICS[name].services.flatMap((service) =>
      METRICS[name].eachHashtag
        ? watchedStreams(settings).map((one) => [
            `Bellwether/${stage}`,
            name,
            'service',
            service,
            'hashtag',
            topicIn(settings, one),
          ])
        : [[`Bellwether/${stage}`, name, 'service', service]],
    )
  const lambda = (metric) =>
    names.map(([name]) => ['AWS/Lambda', metric, 'FunctionName', `bellwether-${stage}-${name}`])

  const widgets = inRows([
    [text(24, 3, head(stage))],
    [
      alarmsWidget(alarms),
      figures('Waits for a person', [...ours('ItemsWaiting'), ...ours('DeadLetters'), ...ours('LateStages')], THIRD),
      figures('Costs, US dollars of this month', ours('UsdThisMonth'), THIRD),
    ],
    [
      graph('Collecting: posts of the last day', [...ours('Posts'), ...ours('RefusedRows')]),
      graph('Collecting: how much of the day, percent', ours('PercentCollected'), { min: 0, max: 100 }),
    ],
    [
      graph('Labelling: items that wait, judgements of the last batch', [
        ...ours('ItemsWaiting'),
        ...ours('Judgements'),
      ]),
      graph('Labelling: days since the newest labels', ours('LabelAgeDays'), { min: 0 }),
    ],
    [
      graph('Training: macro-F1 of the live model', ours('LiveMacroF1'), { min: 0, max: 1 }),
      graph('Training: days since the live model was promoted', ours('ModelAgeDays'), { min: 0 }),
    ],
    [
      graph('Reporting: days since the newest report', ours('ReportAgeDays'), { min: 0 }),
      graph('Seconds from an event to the end of its work', ours('SecondsFromEvent'), { min: 0 }, 3600),
    ],
    [
      graph('Functions: errors', lambda('Errors'), { min: 0 }, 3600, 'Sum'),
      graph('Functions: longest run, milliseconds', lambda('Duration'), { min: 0 }, 3600),
    ],
  ])

  return {
    Resources: {
      Dashboard: {
        Type: 'AWS::CloudWatch::Dashboard',
        Properties: {
          DashboardName: `bellwether-${stage}`,
          // The regions and the ARNs of alarms are known when the stack is made.
          DashboardBody: { 'Fn::Sub': JSON.stringify({ start: '-P14D', widgets }) },
        },
      },
    },
    Outputs: {
      DashboardUrl: {
        Value: {
          'Fn::Sub': `https://\${AWS::Region}.console.aws.amazon.com/cloudwatch/home?region=\${AWS::Region}#dashboards:name=bellwether-${stage}`,
        },
      },
    },
  }
}

const head = (stage) => `# Bellwether (${stage})
Today, stage by stage, with what helps: \`npx sls invoke -f doctor --stage ${stage} --data '{"today":true}'\`. What to do about an alarm: docs/runbook.md.
Gauges come from the doctor, every three hours.`

const idOf = (name) => name.replaceAll(/(?:^|-)([a-z])/g, (_, letter) => letter.toUpperCase())

const text = (width, height, markdown) => ({ type: 'text', width, height, properties: { markdown } })

const figures = (title, metrics, width = HALF) => ({
  type: 'metric',
  width,
  height: ROW,
  properties: {
    title,
    view: 'singleValue',
    region: '${AWS::Region}',
    period: DAY,
    stat: 'Maximum',
    metrics,
  },
})

const graph = (title, metrics, left = { min: 0 }, period = DAY, stat = 'Maximum') => ({
  type: 'metric',
  width: HALF,
  height: ROW,
  properties: {
    title,
    view: 'timeSeries',
    region: '${AWS::Region}',
    period,
    stat,
    yAxis: { left },
    metrics,
  },
})

const alarmsWidget = (ids) => ({
  type: 'alarm',
  width: THIRD,
  height: ROW,
  properties: { title: 'Alarms', alarms: ids.map((id) => `\${${id}.Arn}`) },
})

/** Widgets with their positions: each row below the previous one. */
function inRows(rows) {
  let y = 0
  return rows.flatMap((row) => {
    let x = 0
    const placed = row.map((widget) => {
      const at = { ...widget, x, y }
      x += widget.width
      return at
    })
    y += Math.max(...row.map(({ height }) => height))
    return placed
  })
}
