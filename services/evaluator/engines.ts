import { engineNamed } from '../../shared/engines'
import type { CardRecord, EngineStanding } from '../../shared/records'
import { DAY_MS } from '../../shared/utc-day'

/** Of labels: the models that drift is measured against. */
const DRIFT_DAYS = 14
/** Of labels: an engine that loses for this long is named, with its cost. */
const LONG_DAYS = 28

/** The source of an engine's standing: a card, or the one that is being written. */
export type JudgedModel = Pick<CardRecord, 'job' | 'verdict' | 'champion' | 'calibration' | 'cost'> & {
  dataset: Pick<CardRecord['dataset'], 'latestDate' | 'schemaVersion'>
  training: Pick<CardRecord['training'], 'engine' | 'trainSeconds' | 'costUsd'>
  scores: Pick<CardRecord['scores'], 'challenger'>
}

/**
 * The engines side by side: each one's latest model, this card's engine first, then by name. `earlier` are the cards of
 * the last weeks. Pure: the order of the cards does not matter.
 */
export function sideBySide(card: JudgedModel, earlier: readonly JudgedModel[]): EngineStanding[] {
  const { schemaVersion } = card.dataset
  const cards = [card, ...earlier.filter((one) => one.job !== card.job && one.dataset.schemaVersion === schemaVersion)]
  const engineOf = new Map(cards.map(({ job, training }) => [job, training.engine]))
  const byEngine = new Map<string, [JudgedModel, ...JudgedModel[]]>()
  for (const one of [...cards].sort(latestFirst)) {
    const { engine } = one.training
    const own = byEngine.get(engine)
    byEngine.set(engine, own ? [...own, one] : [one])
  }
  const liveAfter = (one: JudgedModel) => (one.verdict === 'promoted' ? one.job : one.champion)
  const live = liveAfter(card)
  const liveEngine = live === null ? undefined : engineOf.get(live)
  const winners = winnersByDay(cards, (one) => engineOf.get(liveAfter(one) ?? ''))

  return [...byEngine]
    .sort(([a], [b]) => rank(a, card) - rank(b, card) || (a < b ? -1 : 1))
    .map(([engine, own]) => standingOf(engine, own, { isLive: engine === liveEngine, winners }))
}

const rank = (engine: string, { training }: JudgedModel): number => (engine === training.engine ? 0 : 1)

const latestFirst = (a: JudgedModel, b: JudgedModel): number =>
  dayOf(b) - dayOf(a) || (a.job < b.job ? -1 : a.job > b.job ? 1 : 0)

/** For each day of labels, the engines that had a live model after some verdict of that day. */
function winnersByDay(
  cards: readonly JudgedModel[],
  winnerOf: (card: JudgedModel) => string | undefined,
): ReadonlyMap<string, ReadonlySet<string>> {
  const winners = new Map<string, Set<string>>()
  for (const card of cards) {
    const winner = winnerOf(card)
    const { latestDate } = card.dataset
    if (winner !== undefined) winners.set(latestDate, (winners.get(latestDate) ?? new Set()).add(winner))
  }
  return winners
}

function standingOf(
  engine: string,
  own: readonly [JudgedModel, ...JudgedModel[]],
  { isLive, winners }: { isLive: boolean; winners: ReadonlyMap<string, ReadonlySet<string>> },
): EngineStanding {
  const [latest, ...older] = own
  const { job, verdict, dataset, training, calibration, cost, scores } = latest
  const macroF1 = scores.challenger?.macroF1 ?? null
  const postsPerSecond = engineNamed(engine)?.postsPerSecond ?? null
  return {
    engine,
    job,
    latestDate: dataset.latestDate,
    verdict,
    isLive,
    items: scores.challenger?.items ?? 0,
    macroF1,
    macroF1Interval: scores.challenger?.macroF1Interval ?? null,
    ece: calibration?.ece.scaled ?? null,
    eceInterval: calibration?.eceInterval ?? null,
    drift: driftOf(latest, older),
    trainSeconds: training.trainSeconds,
    trainingUsd: training.costUsd,
    labelsUsd: cost.labelsUsd,
    millionPosts: cost.millionPosts && {
      ...cost.millionPosts,
      seconds: postsPerSecond === null ? null : Math.ceil(1_000_000 / postsPerSecond),
      tokens: 0,
    },
    postsPerSecond,
    lost: isLive ? null : lossOf(own, (day) => winners.get(day)?.has(engine) ?? false),
  }
}

/**
 * Macro-F1 against the mean of the engine's models of the days before. Rounded, so that the order of addition does not
 * show.
 */
function driftOf(latest: JudgedModel, before: readonly JudgedModel[]): number | null {
  const now = latest.scores.challenger?.macroF1
  const from = dayOf(latest) - DRIFT_DAYS * DAY_MS
  const late = before.flatMap((one) => {
    const macroF1 = one.scores.challenger?.macroF1
    return dayOf(one) >= from && dayOf(one) < dayOf(latest) && typeof macroF1 === 'number' ? [macroF1] : []
  })
  if (typeof now !== 'number' || late.length === 0) return null
  return Number((now - late.reduce((sum, one) => sum + one, 0) / late.length).toFixed(6))
}

/**
 * The unbroken sequence of days, from the latest back, on which the engine was judged and none of its models was live.
 */
function lossOf(own: readonly JudgedModel[], won: (day: string) => boolean): EngineStanding['lost'] {
  const end = own.findIndex(({ dataset }) => won(dataset.latestDate))
  const lost = end < 0 ? own : own.slice(0, end)
  const [last, first] = [lost[0], lost.at(-1)]
  if (!last || !first) return null
  const prices = lost.flatMap(({ training }) => training.costUsd ?? [])
  const days = Math.round((dayOf(last) - dayOf(first)) / DAY_MS) + 1
  return {
    since: first.dataset.latestDate,
    days,
    isLong: days >= LONG_DAYS,
    trainings: lost.length,
    seconds: Number(lost.reduce((sum, { training }) => sum + training.trainSeconds, 0).toFixed(3)),
    usd: prices.length === 0 ? null : Number(prices.reduce((sum, price) => sum + price, 0).toFixed(6)),
  }
}

const dayOf = ({ dataset }: Pick<JudgedModel, 'dataset'>): number => Date.parse(dataset.latestDate)
