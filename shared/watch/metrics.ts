import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import { correlation } from './correlation'

/** A custom metric. CloudWatch bills each combination of a metric and its dimensions. */
interface Definition {
  unit: (typeof MetricUnit)[keyof typeof MetricUnit]
  /** The values of the dimension `service`. */
  services: readonly string[]
  /** Whether each hashtag has its own. */
  eachHashtag: boolean
  /** One sentence, for docs/operations.md. */
  meaning: string
}

/** The stages that events drive. */
const STAGES = ['collector', 'labeling', 'formatter', 'trainer', 'evaluator', 'analyzer', 'mail']

/**
 * Every custom metric. All but the first are gauges that the doctor measures every three hours: a repeated value
 * changes nothing.
 */
export const METRICS = {
  SecondsFromEvent: {
    unit: MetricUnit.Seconds,
    services: STAGES,
    eachHashtag: false,
    meaning: 'From an event, or from the sending of a message, to the end of the work that it started.',
  },
  Posts: {
    unit: MetricUnit.Count,
    services: ['collector'],
    eachHashtag: true,
    meaning: 'Posts of the last day that was due.',
  },
  RefusedRows: {
    unit: MetricUnit.Count,
    services: ['collector'],
    eachHashtag: true,
    meaning: 'Rows of that day that were refused and set aside.',
  },
  PercentCollected: {
    unit: MetricUnit.Percent,
    services: ['collector'],
    eachHashtag: true,
    meaning: 'The part of that day that its runs read, by time.',
  },
  ReportAgeDays: {
    unit: MetricUnit.NoUnit,
    services: ['analyzer'],
    eachHashtag: true,
    meaning: 'Days since the end of the newest day that has a report.',
  },
  Judgements: {
    unit: MetricUnit.Count,
    services: ['labeling'],
    eachHashtag: false,
    meaning: 'Judgements of the batch that was settled last.',
  },
  ItemsWaiting: {
    unit: MetricUnit.Count,
    services: ['labeling'],
    eachHashtag: false,
    meaning: 'Unanswered items of open batches: what waits for people.',
  },
  LabelAgeDays: {
    unit: MetricUnit.NoUnit,
    services: ['labeling'],
    eachHashtag: false,
    meaning: 'Days since the end of the newest day that has labels.',
  },
  UsdThisMonth: {
    unit: MetricUnit.NoUnit,
    services: ['collector', 'labeling', 'trainer'],
    eachHashtag: false,
    meaning: 'US dollars of this UTC month: for reads, for labels, and for training jobs.',
  },
  ModelAgeDays: {
    unit: MetricUnit.NoUnit,
    services: ['evaluator'],
    eachHashtag: false,
    meaning: 'Days since the live model was promoted.',
  },
  LiveMacroF1: {
    unit: MetricUnit.NoUnit,
    services: ['evaluator'],
    eachHashtag: false,
    meaning: 'Macro-F1 of the live model on labels that came after its promotion; until there are any, on its card.',
  },
  DeadLetters: {
    unit: MetricUnit.Count,
    services: ['doctor'],
    eachHashtag: false,
    meaning: 'Messages in all dead-letter queues.',
  },
  LateStages: {
    unit: MetricUnit.Count,
    services: ['doctor'],
    eachHashtag: false,
    meaning: 'Stages of today that are late or failed.',
  },
} as const satisfies Record<string, Definition>

export type MetricName = keyof typeof METRICS

/** How many custom metrics CloudWatch bills for this many hashtags. */
export const metricCount = (hashtags: number): number =>
  Object.values(METRICS).reduce(
    (sum, { services, eachHashtag }) => sum + services.length * (eachHashtag ? hashtags : 1),
    0,
  )

export interface Dimensions {
  service: string
  hashtag?: string
}

/** Write values of metrics to the log, in CloudWatch's embedded metric format. */
export type Measure = (dimensions: Dimensions, values: Partial<Record<MetricName, number>>) => void

/** Powertools does this; it reads the namespace from POWERTOOLS_METRICS_NAMESPACE. */
export const measure: Measure = ({ service, hashtag }, values) => {
  const metrics = new Metrics({ serviceName: service })
  for (const [name, value] of Object.entries(values)) {
    // `values` has names of metrics only, which Object.entries cannot say.
    metrics.addMetric(name, METRICS[name as MetricName].unit, value)
  }
  if (hashtag !== undefined) metrics.addDimension('hashtag', hashtag)
  const id = correlation()
  if (id !== undefined) metrics.addMetadata('correlation_id', id)
  metrics.publishStoredMetrics()
}
