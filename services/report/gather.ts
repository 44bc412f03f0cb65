import { z } from 'zod'
import { ownEntry } from '../../shared/by-name'
import { concurrently } from '../../shared/concurrently'
import { postsKind, spent } from '../../shared/state/ledger'
import { BellwetherError } from '../../shared/errors'
import { type Key, keys, prefixes } from '../../shared/keys'
import { type Objects, parseJson } from '../../shared/objects'
import {
  type CardRecord,
  cardRecord,
  championRecord,
  type QualityRecord,
  qualityRecord,
  reasonsForReaders,
  type ReportIndexRecord,
  reportIndexRecord,
  reportRecord,
} from '../../shared/records'
import type { Settings } from '../../shared/settings'
import {
  streamLabel,
  nameToday,
  sourcesOfHashtag,
  type StreamName,
  topicIn,
  watchedStreams,
} from '../../shared/streams'
import type { Table } from '../../shared/table'
import { TEXT_VERSION } from '../../shared/text'
import { dayAfter, dayOf } from '../../shared/utc-day'
import { waitingBatches } from '../../shared/waiting-batches'
import {
  type BatchInBrief,
  type DayInBrief,
  type ModelInBrief,
  type ReportOverview,
  type ScoresInBrief,
  SHOWN,
  type CapSpending,
  type StreamInBrief,
} from './overview'

interface Ports {
  objects: Pick<Objects, 'read' | 'list'>
  table: Pick<Table, 'get' | 'getMany' | 'query'>
  settings: Settings
}

interface Found {
  key: string
  modified: Date
}

/** Requested UTC days; by default the last ones. */
export interface ChosenDays {
  from?: string | undefined
  to?: string | undefined
  /** The day that the last one is compared with. */
  against?: string | undefined
}

/** How many objects are read concurrently. */
const AT_ONCE = 16

/** How many cards and qualities are cached before the cache is cleared. */
const MOST_KEPT = 500

/**
 * Compose what the report page shows. Missing objects are left out; objects that cannot be read are listed
 * in `unreadable`, and the rest is shown. Cards and qualities are cached while the function is warm.
 */
export function gathering({
  objects,
  table,
  settings,
}: Ports): (now: Date, chosen?: ChosenDays) => Promise<ReportOverview> {
  const kept = new Map<string, unknown>()

  return async (now, chosen = {}) => {
    const unreadable: string[] = []

    /** The object parsed by its schema; undefined if it is missing or unreadable. */
    const read = async <S extends z.ZodType>(key: string, schema: S): Promise<z.infer<S> | undefined> => {
      const stored = await objects.read(key)
      if (!stored) return undefined
      try {
        return parseJson(stored.body.toString('utf8'), schema, key)
      } catch (error) {
        if (!(error instanceof BellwetherError)) throw error
        unreadable.push(error.message)
        return undefined
      }
    }

    /** The newest objects of a kind, the newest first. */
    const newest = async <S extends z.ZodType, T>(
      found: readonly Found[],
      schema: S,
      brief: (record: z.infer<S>, one: Found) => T,
    ): Promise<T[]> => {
      const records = await concurrently(found, AT_ONCE, async (one): Promise<T | undefined> => {
        const version = `${one.key} ${one.modified.getTime()}`
        // A key and a time identify the result of `brief` for this object.
        if (kept.has(version)) return kept.get(version) as T
        const record = await read(one.key, schema)
        if (record === undefined) return undefined
        const made = brief(record, one)
        if (kept.size > MOST_KEPT) kept.clear()
        kept.set(version, made)
        return made
      })
      return records.filter((record) => record !== undefined)
    }

    const [index, champion, cards, qualities, waiting] = await Promise.all([
      read(keys.reportIndex({}), reportIndexRecord),
      read(keys.champion({}), championRecord),
      latestOf(objects, prefixes.models, keys.card, SHOWN.models),
      latestOf(objects, prefixes.labeled, keys.quality, SHOWN.batches),
      waitingBatches(table),
    ])
    const all = index?.days ?? []
    const indexed = chosenDays(all, chosen)
    const days = indexed.map((day) => ({ ...dayInBrief(day), ...streamInBrief(settings, day) }))
    const against = latestDays(settings, indexed).flatMap((day) => {
      const name = streamLabel(nameToday(settings, day))
      const date = chosen.against ?? dayAfter(day.date, -7)
      return all
        .filter((one) => one.date === date && streamLabel(nameToday(settings, one)) === name)
        .map((one) => ({ ...one, ...streamInBrief(settings, one) }))
    })
    const asked = [
      ...waiting.map(({ batch }) => batch),
      ...qualities.flatMap(({ key }) => keys.quality.match(key)?.batch ?? []),
    ]
    const [latest, incomplete, models, batches, spending] = await Promise.all([
      concurrently(latestDays(settings, indexed), AT_ONCE, async (day) => {
        const report = await read(keys.report(day), reportRecord.omit({ predictions: true }))
        return report && { ...report, ...streamInBrief(settings, day) }
      }),
      concurrently(indexed.filter(({ complete }) => !complete).slice(-SHOWN.incomplete), AT_ONCE, async (day) => {
        const report = await read(keys.report(day), reportRecord)
        return { ...streamInBrief(settings, day), date: day.date, words: report?.collection.words ?? '' }
      }),
      newest(cards, cardRecord, (card, { modified }) => ({
        model: modelInBrief(card, modified),
        engines: card.engines,
        live: card.live && { job: card.live.job, scores: scoresInBrief(card.live.scores) },
      })),
      newest(qualities, qualityRecord, batchInBrief),
      spendingOf(table, settings, dayOf(now), newestDay(asked)),
    ])

    return {
      now: now.toISOString(),
      streams: streamsShown(settings, days),
      categories: settings.labels.categories.map(({ name, definition }) => ({ name, definition })),
      labelsVersion: settings.labels.version,
      collects: settings.schedule.collect,
      days,
      latest: latest.filter((report) => report !== undefined),
      reported: reportedIn(all),
      against,
      incomplete,
      champion: champion ? only(champion) : null,
      models: models.map(({ model }) => model),
      engines: models[0]?.engines ?? [],
      live: models.find(({ live }) => live && live.job === champion?.job)?.live?.scores ?? null,
      batches,
      spending,
      waiting,
      unreadable: [...new Set(unreadable)].sort(),
    }
  }
}

const only = ({ job, promotedAt, provisional, labelStatus, textVersion }: z.infer<typeof championRecord>) => ({
  job,
  promotedAt,
  provisional,
  labelStatus,
  readsEarlierText: textVersion !== TEXT_VERSION,
})

/** The objects of this kind under a prefix: the newest first, and at most `most`. */
async function latestOf(
  objects: Pick<Objects, 'list'>,
  prefix: string,
  kind: Pick<Key<string>, 'match'>,
  most: number,
): Promise<Found[]> {
  const found: Found[] = []
  for await (const { key, modified } of objects.list(prefix)) if (kind.match(key)) found.push({ key, modified })
  return found.sort((a, b) => b.modified.getTime() - a.modified.getTime() || (a.key < b.key ? 1 : -1)).slice(0, most)
}

/** To a hundredth of a point, which is finer than any plot or table. */
const rounded = (share: number): number => Math.round(share * 10_000) / 10_000

function dayInBrief({ day, week, labels, ...rest }: ReportIndexRecord['days'][number]): DayInBrief {
  type Stretch = typeof day
  const answer = ({ state, labels, shares }: Stretch['byPosts']) => ({
    state,
    labels,
    shares: shares.map(({ label, share, low, high }) => ({
      label,
      share: rounded(share),
      low: rounded(low),
      high: rounded(high),
    })),
  })
  const brief = ({ byPosts, byMessages, posts, collected }: Stretch) => ({
    posts,
    collected,
    byPosts: answer(byPosts),
    byMessages: answer(byMessages),
  })
  return { ...rest, labels: { errors: labels.errors }, day: brief(day), week: brief(week) }
}

/** The requested days, at most as many as a page can show. */
function chosenDays(
  days: ReportIndexRecord['days'],
  { from = '', to = '9999-12-31' }: ChosenDays,
): ReportIndexRecord['days'] {
  const chosen = days.filter(({ date }) => date >= from && date <= to)
  return lastDays(chosen, from === '' ? SHOWN.days : SHOWN.chosenDays)
}

/** Days come sorted by date. */
function reportedIn(days: ReportIndexRecord['days']): ReportOverview['reported'] {
  const [first, last] = [days[0]?.date, days.at(-1)?.date]
  return first === undefined || last === undefined ? null : { first, last }
}

/** The days among the last `most` UTC days, counted from the newest. */
function lastDays(days: ReportIndexRecord['days'], most: number): ReportIndexRecord['days'] {
  const newest = days.reduce((last, { date }) => (date > last ? date : last), '')
  if (!newest) return []
  const first = dayAfter(newest, 1 - most)
  return days.filter(({ date }) => date >= first)
}

/** The newest day of each stream. Days come sorted by date. */
const latestDays = (settings: Settings, days: ReportIndexRecord['days']) => [
  ...new Map(days.map((day) => [streamLabel(nameToday(settings, day)), day])).values(),
]

function streamInBrief(settings: Settings, name: StreamName): StreamInBrief {
  const { hashtag, stream = '' } = nameToday(settings, name)
  return { hashtag, stream, topic: topicIn(settings, name) }
}

function streamsShown(settings: Settings, days: ReportOverview['days']): ReportOverview['streams'] {
  const watched = watchedStreams(settings).map((one) => ({ ...streamInBrief(settings, one), watched: true }))
  const reported = days.map(({ hashtag, stream, topic }) => ({ hashtag, stream, topic, watched: false }))
  // The first one of a name wins.
  return [...new Map([...watched, ...reported].reverse().map((one) => [streamLabel(one), one])).values()].reverse()
}

/** Judgements are booked on the day of their posts, everything else on the day of spending. */
async function spendingOf(
  table: Pick<Table, 'get'>,
  { caps, sources, hashtags }: Settings,
  today: string,
  asked = today,
): Promise<CapSpending[]> {
  const days = { posts: today, collectUsd: today, judgements: asked, labelUsd: asked }
  const of = async (kind: string, day: string) => {
    const [onDay, inMonth] = await Promise.all([spent(table, kind, day), spent(table, kind, day.slice(0, 7))])
    return { of: day, day: onDay, month: inMonth }
  }
  const shared = await concurrently(['posts', 'collectUsd', 'judgements', 'labelUsd'] as const, 4, async (kind) => ({
    kind,
    ...(await of(kind, days[kind])),
    ...caps[kind],
  }))
  const watched = [...new Set(hashtags.flatMap(sourcesOfHashtag))]
  const own = watched.flatMap((source) => {
    const posts = ownEntry(sources, source)?.caps?.posts
    return posts ? [{ source, posts }] : []
  })
  const each = await concurrently(own, 4, async ({ source, posts }) => ({
    kind: 'posts' as const,
    source,
    ...(await of(postsKind(source), today)),
    ...posts,
  }))
  return [...shared, ...each]
}

/** The latest UTC day among batches, which are named by it; undefined without batches. */
const newestDay = (batches: readonly string[]): string | undefined =>
  batches
    .flatMap((batch) => /^\d{4}-\d{2}-\d{2}/.exec(batch) ?? [])
    .sort()
    .at(-1)

function modelInBrief(card: CardRecord, modified: Date): ModelInBrief {
  const { job, verdict, provisional, reasons, champion, labelStatus, scores, dataset, training, cost } = card
  return {
    job,
    engine: training.engine,
    judged: dayOf(modified),
    verdict,
    provisional,
    reasons,
    against: champion,
    labelStatus,
    scores: scores.challenger && scoresInBrief(scores.challenger),
    majority: scores.majority.macroF1,
    trainingLabels: dataset.rows.train + dataset.rows.validation,
    trainingUsd: cost.trainingUsd,
  }
}

const scoresInBrief = ({
  items,
  macroF1,
  macroF1Interval,
  accuracy,
}: CardRecord['scores']['majority']): ScoresInBrief => ({
  items,
  macroF1,
  macroF1Interval,
  accuracy,
})

/** The number of annotators, without their names: readers of the report may not see them. */
function batchInBrief(quality: QualityRecord): BatchInBrief {
  const { batch, items, labelled, judgements, failed, costUsd, status, errors, annotators } = quality
  return {
    batch,
    items,
    labelled,
    judgements,
    annotators: Object.keys(annotators).length,
    failed,
    costUsd,
    wrong: errors && errors.source !== 'assumed' ? errors.rate.mean : null,
    status,
    reasons: reasonsForReaders(quality),
  }
}
