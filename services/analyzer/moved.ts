import { shareMoved } from '../../events'
import type { Publish } from '../../shared/bus'
import type { Invocation } from '../../shared/door'
import { keys } from '../../shared/keys'
import { findJson, type Objects } from '../../shared/objects'
import { type MovedSharesRecord, movedSharesRecord, type ReportRecord, reportRecord } from '../../shared/records'
import type { Settings } from '../../shared/settings'
import { contrastOf, holm } from '../../shared/statistics/holm'
import { clip } from '../../shared/statistics/numbers'
import { streamNameOf, namesOf, type StreamName, type StreamNames, watchedStreams } from '../../shared/streams'
import { dayAfter, dayOf } from '../../shared/utc-day'
import { WEEK } from './days'

interface Ports {
  objects: Pick<Objects, 'read' | 'swap'>
  publish: Publish
  settings: Pick<Settings, 'hashtags' | 'sources'>
  /** By label: the covariance of the shares of a week and of the week before. Without it the weeks count as independent. */
  covariances?: ((names: StreamNames, week: string) => Promise<ReadonlyMap<string, number>>) | undefined
}

export type Decision = MovedSharesRecord

/** Significance level of one week. At most five weeks begin in a month, so less than 5 % of months without a change see an event. */
const ALPHA = 0.01
/** A week is decided this many days after its Sunday, so that its labels have arrived. */
const LABELLED_AFTER_DAYS = 3

/**
 * Decide once whether the shares of a calendar week differ from those of the week before, over all labels and streams
 * together, and publish ShareMoved for each stream where they do. A second invocation publishes what the first decided.
 */
export const decideWeek =
  (ports: Ports) =>
  async (asked: string, { now }: Pick<Invocation, 'now'>): Promise<Decision> => {
    const { objects, publish } = ports
    const week = asked === 'last' ? lastSunday(now) : asked
    const key = keys.movedShares({ week })
    const known = await findJson(objects, key, movedSharesRecord)
    const decision = known ?? (await decide(ports, week))
    if (!known && (await objects.swap(key, `${JSON.stringify(decision, null, 2)}\n`, undefined)) === false) {
      return decideWeek(ports)(week, { now })
    }
    for (const { hashtag, stream, reportKey, beforeKey, labels } of decision.streams) {
      const moved = labels.flatMap(({ moved: isMoved, ...label }) => (isMoved ? [label] : []))
      if (moved.length === 0 || reportKey === null || beforeKey === null) continue
      const from = dayAfter(week, 1 - WEEK)
      await publish(shareMoved, { ...streamNameOf({ hashtag, stream }), from, to: week, reportKey, beforeKey, moved })
    }
    return decision
  }

const weekBefore = (sunday: string): string => dayAfter(sunday, -WEEK)

/** The last Sunday whose week can be decided. */
function lastSunday(now: Date): string {
  const day = dayAfter(dayOf(now), -LABELLED_AFTER_DAYS)
  return dayAfter(day, -new Date(day).getUTCDay())
}

async function decide({ objects, settings, covariances }: Ports, week: string): Promise<Decision> {
  const streams = []
  // One after the other: the facts of two weeks of a busy stream fill much of the memory.
  for (const { hashtag, stream } of watchedStreams(settings)) {
    const names = namesOf(settings, { hashtag, stream })
    const [after, before] = await Promise.all([
      reportAt(objects, names, week),
      reportAt(objects, names, weekBefore(week)),
    ])
    const reason = objection(after?.report, week) ?? objection(before?.report, weekBefore(week))
    const of = { hashtag, stream, reportKey: after?.key ?? null, beforeKey: before?.key ?? null }
    const common = reason === undefined ? await covariances?.(names, week) : undefined
    streams.push({ of, reason, labels: reason === undefined ? contrasts(after?.report, before?.report, common) : [] })
  }
  const rejected = holm(
    streams.flatMap(({ labels }) => labels.map(({ p }) => p)),
    ALPHA,
  )
  let next = 0
  return {
    week,
    alpha: ALPHA,
    streams: streams.map(({ of, reason, labels }) => ({
      ...of,
      state: reason === undefined ? ('compared' as const) : ('not-compared' as const),
      reason: reason ?? '',
      labels: labels.map((label) => ({ ...label, moved: rejected[next++] === true })),
    })),
  }
}

/** The report of a day of a stream, under the first of its names that has one. */
async function reportAt(
  objects: Pick<Objects, 'read'>,
  names: readonly StreamName[],
  date: string,
): Promise<{ key: string; report: ReportRecord } | undefined> {
  for (const name of names) {
    const key = keys.report({ ...name, date })
    const report = await findJson(objects, key, reportRecord)
    if (report) return { key, report }
  }
  return undefined
}

/** Why the week of a report cannot be compared. */
function objection(report: ReportRecord | undefined, sunday: string): string | undefined {
  if (!report) return `no report of ${sunday}`
  const { byPosts, from } = report.week
  return byPosts.state === 'reported' ? undefined : `the week of ${from} to ${sunday} has no share: ${byPosts.state}`
}

function contrasts(
  after: ReportRecord | undefined,
  before: ReportRecord | undefined,
  common: ReadonlyMap<string, number> = new Map(),
) {
  const earlier = new Map(before?.week.byPosts.raw.map((one) => [one.label, one]))
  return (after?.week.byPosts.raw ?? []).flatMap((one) => {
    const other = earlier.get(one.label)
    if (!other) return []
    const { p } = contrastOf(one, other, common.get(one.label))
    return [{ label: one.label, share: clip(one.estimate), before: clip(other.estimate), p }]
  })
}
