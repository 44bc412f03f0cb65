import { termsOf } from '../../shared/labellers'
import { costAtMost, largestWithin } from '../../shared/labellers/costs'
import type { Settings } from '../../shared/settings'
import { type Cost as Price, dollars } from '../../shared/cost'
import { type SourceRegistry, SOURCES, sourceSecrets, watchedSources } from '../../shared/sources'
import { watchedStreams } from '../../shared/streams'
import { TRAINERS } from '../../shared/trainers'
import { languageModelCost } from './language-model'
import { metricCount } from '../../shared/watch/metrics'

/** The most that one item costs a day. */
export interface DailyCost extends Price {
  what: string
}

/** Lambda on arm64, us-east-1: US dollars a GB-second. https://aws.amazon.com/lambda/pricing/ */
export const GB_SECOND_USD = 0.0000133334

/** The parts of the stack that cost something. */
export interface Outline {
  functions: readonly string[]
  alarms: number
}

interface FunctionDay {
  runs: (streams: number) => number
  seconds: number
  gb: number
}

/** A generous estimate of a day of a function that is not in the table. */
const QUIET: FunctionDay = { runs: () => 1, seconds: 10, gb: 1 }

/** A generous estimate of a day of the functions that cost something: runs, seconds a run, GB. */
const DAYS: Readonly<Record<string, FunctionDay>> = {
  collector: { runs: (streams) => streams, seconds: 60, gb: 0.5 },
  labeling: { runs: (streams) => streams + 4, seconds: 10, gb: 2 },
  formatter: { runs: () => 2, seconds: 60, gb: 1 },
  trainer: { runs: () => 2, seconds: 60, gb: 2 },
  evaluator: { runs: () => 1, seconds: 60, gb: 2 },
  analyzer: { runs: (streams) => streams * 8, seconds: 20, gb: 2 },
  predictor: { runs: (streams) => 24 + streams * 2, seconds: 30, gb: 1 },
  doctor: { runs: () => 8, seconds: 5, gb: 0.5 },
  reconciler: { runs: () => 24, seconds: 5, gb: 0.5 },
  desk: { runs: () => 500, seconds: 0.1, gb: 0.5 },
  report: { runs: () => 200, seconds: 1, gb: 1 },
}

/** Secrets of every stack, besides those of its sources: the keys of the links and of the tombstones. */
const OWN_SECRETS = 4

function standing({ sources }: Settings, { alarms }: Outline, registry: SourceRegistry): DailyCost {
  const secrets = OWN_SECRETS + sourceSecrets(sources, registry).length
  return {
    what: 'alarms and secrets',
    usd: cents((alarms * 0.1 + secrets * 0.4) / 30),
    how: `(${alarms} alarms × $0.10 + ${secrets} secrets × $0.40) a month / 30; the first ten alarms are free`,
  }
}

const METRIC_USD = 0.3
const DASHBOARD_USD = 3
const TRACE_USD = 0.000005

/** CloudWatch and X-Ray. https://aws.amazon.com/cloudwatch/pricing/, https://aws.amazon.com/xray/pricing/ */
function watching(settings: Settings, outline: Outline): DailyCost {
  const streams = watchedStreams(settings).length
  const metrics = metricCount(streams)
  const traces = outline.functions.reduce((sum, name) => sum + (DAYS[name] ?? QUIET).runs(streams), 0)
  return {
    what: 'metrics, dashboard and traces',
    usd: cents((metrics * METRIC_USD + DASHBOARD_USD) / 30 + traces * TRACE_USD),
    how:
      `(${metrics} metrics × $${METRIC_USD.toFixed(2)} + 1 dashboard × ${dollars(DASHBOARD_USD)}) a month / 30 + ${traces} traces × ${dollars(TRACE_USD)}; ` +
      'ten metrics, three dashboards and 100,000 traces a month are free',
  }
}

/** The most that a day of this configuration costs, item by item. */
export const costsOfADay = (settings: Settings, outline: Outline, registry: SourceRegistry = SOURCES): DailyCost[] => [
  posts(settings, registry),
  judgements(settings),
  training(settings),
  ...languageModelCost(settings),
  functions(settings, outline),
  watching(settings, outline),
  standing(settings, outline, registry),
]

/** The sum of the items that have a price. */
export const totalUsd = (costs: readonly DailyCost[]): number =>
  cents(costs.reduce((sum, { usd }) => sum + (usd ?? 0), 0))

function posts(settings: Settings, registry: SourceRegistry): DailyCost {
  const { caps } = settings
  const all = watchedSources(settings, registry).flatMap(({ declaration, watched }) =>
    watched.map((source) => ({ source, ...declaration.prices(source) })),
  )
  const sharing = all.filter(({ source }) => source.caps === undefined)
  // Hashtags of one source share its caps: it counts once.
  const own = new Map(all.flatMap((one) => (one.source.caps ? [[one.source, { ...one, ...one.source.caps }]] : [])))
  const lines = [
    ...(sharing.length > 0
      ? [{ most: caps.posts.perDay, price: Math.max(...sharing.map(({ perPostUsd }) => perPostUsd)) }]
      : []),
    ...[...own.values()].map(({ posts: { perDay }, perPostUsd }) => ({ most: perDay, price: perPostUsd })),
  ]
  const counts = all.reduce((sum, { perCountUsd }) => sum + perCountUsd, 0)
  const asked = lines.reduce((sum, { most, price }) => sum + most * price, counts)
  const usd = Math.min(asked, caps.collectUsd.perDay)
  const reads = lines.map(({ most, price }) => `${most} posts × ${dollars(price)}`)
  const how = `${[...reads, `counts ${dollars(counts)}`].join(' + ')} = ${dollars(asked)}`
  return { what: 'posts', usd: cents(usd), how: held(how, asked, 'caps.collectUsd.perDay', caps.collectUsd.perDay) }
}

/** As much as the day's batch books: caps make it smaller before anybody is asked. */
function judgements({ labelling, caps }: Settings): DailyCost {
  const { itemsPerDay, labeller } = labelling
  const terms = termsOf(labeller)
  const most = Math.min(itemsPerDay, terms.itemsPerDay(labelling))
  const items = largestWithin(terms, labelling, most, { judgements: caps.judgements.perDay, usd: caps.labelUsd.perDay })
  const { judgements: count, usd } = costAtMost(terms, labelling, items)
  const fee = terms.fee?.usd(labelling, 1, 0) ?? 0
  const how = `${count} judgements × ${dollars(terms.judgementUsd(labelling))} + ${items} items × ${dollars(fee)} = ${dollars(usd)}`
  const limits = 'caps.labelUsd.perDay or caps.judgements.perDay'
  return {
    what: 'labels',
    usd: cents(usd),
    how: items < itemsPerDay ? `${how}, held at ${items} of ${itemsPerDay} items by ${limits}` : how,
  }
}

function training(settings: Settings): DailyCost {
  const what = 'training'
  const trainer = TRAINERS.find(({ name }) => name === settings.training.trainer)
  const { usd, how } = trainer?.costAtMost(settings) ?? { usd: null, how: 'no trainer of this name' }
  return { what, usd: usd === null ? null : cents(usd), how }
}

function functions(settings: Settings, outline: Outline): DailyCost {
  const gbSeconds = outline.functions.reduce((sum, name) => {
    const { runs, seconds, gb } = DAYS[name] ?? QUIET
    return sum + runs(watchedStreams(settings).length) * seconds * gb
  }, 0)
  const usd = gbSeconds * GB_SECOND_USD
  return {
    what: 'functions',
    usd: cents(usd),
    how: `about ${Math.round(gbSeconds)} GB-seconds × ${dollars(GB_SECOND_USD)} = ${dollars(usd)}`,
  }
}

const held = (how: string, asked: number, cap: string, limit: number): string =>
  asked > limit ? `${how}, held at ${cap} ${dollars(limit)}` : how

/** Rounded up, so that the sum is never below the true one. */
function cents(usd: number): number {
  return Math.max(0, Math.ceil(usd * 100 - 1e-9)) / 100
}
