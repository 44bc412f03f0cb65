import { byBatch } from '../../shared/batches'
import { keys } from '../../shared/keys'
import type { StandingLabel } from '../../shared/labels'
import type { AnswerRecord, QualityRecord, ReportIndexRecord, ReportRecord, StretchRecord } from '../../shared/records'
import { type Collected, collectionOf } from './collection'
import { type Day, weekTo } from './days'
import { answerOf, collectedOf, type DayFacts, type Evidence } from './shares'
import { merged, messagesOf } from './tally'

/** The labels that a report is made with. */
export interface Labels {
  version: number
  given: ReadonlyMap<string, StandingLabel>
  quality: Pick<QualityRecord, 'status'> | undefined
}

/** The report of a day. A day without posts has no shares, not shares of zero. */
export function reportOf(
  { hashtag, date }: Day,
  { model, predictions }: Pick<ReportRecord, 'model' | 'predictions'>,
  { version, given, quality }: Labels,
  runs: readonly Collected[],
  week: readonly DayFacts[],
  evidence: Evidence,
): ReportRecord {
  const { complete, existing, stoppedBy, gaps, words } = collectionOf(runs)
  const today = week.filter((day) => day.date === date)
  const used = today.flatMap(({ drawn }) =>
    drawn.flatMap(({ sample }) => sample.flatMap(({ item }) => given.get(item) ?? [])),
  )
  const latest = used
    .map(({ at }) => at.slice(0, 10))
    .sort()
    .at(-1)
  return {
    hashtag,
    date,
    model,
    labels: {
      version,
      status: quality?.status ?? 'unmeasured',
      batches: [...new Set(used.map(({ batch }) => batch))].sort(byBatch),
      latest: latest ?? null,
    },
    complete,
    collection: { words, existing, stoppedBy, gaps },
    day: stretchOf(date, date, today, week, evidence),
    week: stretchOf(weekTo(date)[0]!, date, week, week, evidence),
    predictions,
  }
}

function stretchOf(
  from: string,
  to: string,
  days: readonly DayFacts[],
  week: readonly DayFacts[],
  evidence: Evidence,
): StretchRecord {
  const all = merged(
    days.map(({ tally }) => tally),
    evidence.labels.length,
  )
  return {
    from,
    to,
    days: days.filter(({ tally }) => tally.posts > 0).length,
    posts: all.posts,
    messages: messagesOf(all),
    collected: collectedOf(days).collected,
    byPosts: answerOf(days, week, { from, to, basis: 'posts' }, evidence),
    byMessages: answerOf(days, week, { from, to, basis: 'messages' }, evidence),
  }
}

/** The detail of ShareReported. */
export const headlineOf = ({ hashtag, date, model, complete, day }: ReportRecord) => ({
  hashtag,
  date,
  reportKey: keys.report({ hashtag, date }),
  model,
  posts: day.posts,
  messages: day.messages,
  labels: day.byPosts.labels,
  complete,
  words: day.byPosts.words,
  shares: [
    ...day.byPosts.shares.map((share) => ({ basis: 'posts' as const, ...share })),
    ...day.byMessages.shares.map((share) => ({ basis: 'messages' as const, ...share })),
  ],
})

/** The index with this report in it, in place of an earlier one of the same day. */
export function withReport({ days }: ReportIndexRecord, report: ReportRecord): ReportIndexRecord {
  const { hashtag, date, model, labels, complete } = report
  const others = days.filter((day) => day.hashtag !== hashtag || day.date !== date)
  const place = (day: { hashtag: string; date: string }) => `${day.date} ${day.hashtag}`
  const entry = { hashtag, date, model, labels, complete, day: briefOf(report.day), week: briefOf(report.week) }
  return { days: [...others, entry].sort((a, b) => (place(a) < place(b) ? -1 : 1)) }
}

const briefOf = ({ from, days, posts, messages, collected, byPosts, byMessages }: StretchRecord) => ({
  from,
  days,
  posts,
  messages,
  collected,
  byPosts: briefAnswer(byPosts),
  byMessages: briefAnswer(byMessages),
})

const briefAnswer = ({ state, labels, more, shares, tight }: AnswerRecord) => ({
  state,
  labels,
  more,
  shares,
  tight: { state: tight.state, z7: tight.z7, shares: tight.shares },
})

/** The bytes of a report: the same for the same content. */
export const reportBytes = (record: ReportRecord): string => `${JSON.stringify(record, null, 2)}\n`

/** The bytes of the index: a day on a line. */
export const indexBytes = ({ days }: ReportIndexRecord): string =>
  `{"days":[${days.map((day) => `\n${JSON.stringify(day)}`).join(',')}\n]}\n`
