import { termsOf } from '../../shared/labellers'
import { costAtMost, largestWithin } from '../../shared/labellers/costs'
import type { Settings } from '../../shared/settings'
import { type Cost as Price, dollars } from '../../shared/cost'
import { type SourceRegistry, SOURCES, sourceSecrets, watchedSources } from '../../shared/sources'
import { TRAINERS } from '../../shared/trainers'

/** What one thing costs a day at most. */
export interface Cost extends Price {
  what: string
}

/** Lambda on arm64, us-east-1: US dollars a GB-second. https://aws.amazon.com/lambda/pricing/ */
export const GB_SECOND_USD = 0.0000133334

/** A generous day of each function: runs, seconds a run, GB. */
const RUNS: readonly { runs: (hashtags: number) => number; seconds: number; gb: number }[] = [
  { runs: (hashtags) => hashtags, seconds: 60, gb: 0.5 },
  { runs: (hashtags) => hashtags + 4, seconds: 20, gb: 1 },
  { runs: () => 2, seconds: 60, gb: 1 },
  { runs: () => 3, seconds: 60, gb: 2 },
  { runs: (hashtags) => hashtags * 8, seconds: 20, gb: 2 },
  { runs: () => 24, seconds: 5, gb: 0.5 },
  { runs: () => 500, seconds: 0.1, gb: 0.5 },
  { runs: () => 200, seconds: 1, gb: 1 },
]

/** What is in every stack and paid by the month. */
export const STANDING = { alarms: 24, secrets: 1, alarmsOfSubscriber: 2 }

function standing({ deploy: { subscriber }, sources }: Settings, registry: SourceRegistry): Cost {
  const alarms = STANDING.alarms + (subscriber ? STANDING.alarmsOfSubscriber : 0)
  const secrets = STANDING.secrets + sourceSecrets(sources, registry).length
  return {
    what: 'alarms and secrets',
    usd: cents((alarms * 0.1 + secrets * 0.4) / 30),
    how: `(${alarms} alarms × $0.10 + ${secrets} secrets × $0.40) a month / 30; the first ten alarms are free`,
  }
}

/** What a day of this configuration costs at most, line by line. */
export const costsOfADay = (settings: Settings, registry: SourceRegistry = SOURCES): Cost[] => [
  posts(settings, registry),
  judgements(settings),
  training(settings),
  functions(settings),
  standing(settings, registry),
]

/** The sum of what has a price. */
export const totalUsd = (costs: readonly Cost[]): number => cents(costs.reduce((sum, { usd }) => sum + (usd ?? 0), 0))

function posts(settings: Settings, registry: SourceRegistry): Cost {
  const { caps } = settings
  const prices = watchedSources(settings, registry).flatMap(({ declaration, watched }) =>
    watched.map((source) => declaration.prices(source)),
  )
  const price = Math.max(...prices.map(({ perPostUsd }) => perPostUsd))
  const counts = prices.reduce((sum, { perCountUsd }) => sum + perCountUsd, 0)
  const asked = caps.posts.perDay * price + counts
  const usd = Math.min(asked, caps.collectUsd.perDay)
  const how = `${caps.posts.perDay} posts × ${dollars(price)} + counts ${dollars(counts)} = ${dollars(asked)}`
  return { what: 'posts', usd: cents(usd), how: held(how, asked, 'caps.collectUsd.perDay', caps.collectUsd.perDay) }
}

/** As much as the day's batch books: caps make it smaller before anything is asked. */
function judgements({ labelling, caps }: Settings): Cost {
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

function training(settings: Settings): Cost {
  const what = 'training'
  const trainer = TRAINERS.find(({ name }) => name === settings.training.trainer)
  const { usd, how } = trainer?.costAtMost(settings) ?? { usd: null, how: 'no trainer of this name' }
  return { what, usd: usd === null ? null : cents(usd), how }
}

function functions({ hashtags }: Settings): Cost {
  const gbSeconds = RUNS.reduce((sum, { runs, seconds, gb }) => sum + runs(hashtags.length) * seconds * gb, 0)
  const usd = gbSeconds * GB_SECOND_USD
  return {
    what: 'functions',
    usd: cents(usd),
    how: `about ${Math.round(gbSeconds)} GB-seconds × ${dollars(GB_SECOND_USD)} = ${dollars(usd)}`,
  }
}

const held = (how: string, asked: number, cap: string, limit: number): string =>
  asked > limit ? `${how}, held at ${cap} ${dollars(limit)}` : how

/** Rounded up, so that the sum is never below what will be asked. */
function cents(usd: number): number {
  return Math.max(0, Math.ceil(usd * 100 - 1e-9)) / 100
}
