import { byBatch } from '../../../shared/batches'
import { keys } from '../../../shared/keys'
import { countedLabel, type StandingLabel } from '../../../shared/labels'
import type {
  AnswerRecord,
  ReportIndexRecord,
  ReportRecord,
  SecondPredictorRecord,
  ShareRecord,
  StretchRecord,
} from '../../../shared/records'
import { type RunCoverage, collectionOf } from '../facts/collection'
import type { SecondOpinions } from '../../../shared/second-opinions'
import { opinionsInWords, secondPredictorOf } from './opinions'
import { weekStart } from '../days'
import { type StreamDay, streamLabel, type StreamName, streamNameOf } from '../../../shared/streams'
import { answerOverStretch, type DayFacts, type Evidence, stretchOver } from './shares'
import { messagesOf } from '../facts/tally'

/** The labels that a report uses. */
export interface ReportLabels {
  version: number
  given: ReadonlyMap<string, StandingLabel>
}

/** The report of a day. A day without posts has no shares, not shares of zero. */
export function composeReport(
  { date, ...name }: StreamDay,
  { model, predictions }: Pick<ReportRecord, 'model' | 'predictions'>,
  { version, given }: ReportLabels,
  runs: readonly RunCoverage[],
  week: readonly DayFacts[],
  evidence: Evidence,
  opinions?: SecondOpinions,
): ReportRecord {
  const { complete, existing, existingIsEstimate, stoppedBy, gaps, words } = collectionOf(runs)
  const { source, items, differing, rate } = evidence.errors
  const today = week.filter((day) => day.date === date)
  const used = today.flatMap(({ drawn }) =>
    drawn.flatMap(({ sample }) => sample.flatMap(({ item }) => countedLabel(given.get(item)) ?? [])),
  )
  const latest = used
    .flatMap(({ at }) => at?.slice(0, 10) ?? [])
    .sort()
    .at(-1)
  const day = stretchOf(date, date, today, week, evidence)
  return {
    ...streamNameOf(name),
    date,
    model,
    labels: {
      version,
      status: evidence.status,
      errors: { source, items, differing, rate: rounded(rate.mean), high: rounded(rate.high) },
      batches: [...new Set(used.map(({ batch }) => batch))].sort(byBatch),
      latest: latest ?? null,
    },
    ...(opinions && { secondPredictor: secondPredictorFrom(opinions, day, evidence) }),
    complete,
    collection: { words, existing, ...(existingIsEstimate ? { existingIsEstimate } : {}), stoppedBy, gaps },
    day,
    week: stretchOf(weekStart(date), date, week, week, evidence),
    predictions,
  }
}

function secondPredictorFrom(
  opinions: SecondOpinions,
  day: StretchRecord,
  { second, errors, labels }: Evidence,
): ReportRecord['secondPredictor'] {
  const found = secondPredictorOf(opinions, second?.window ?? [], errors, labels)
  const { provider, model, prompt, ...rest } = found
  return { provider, model, prompt, words: opinionsInWords(found, day), ...rest }
}

function stretchOf(
  from: string,
  to: string,
  days: readonly DayFacts[],
  week: readonly DayFacts[],
  evidence: Evidence,
): StretchRecord {
  const stretch = stretchOver(days, evidence.labels.length)
  const { all, collected } = stretch
  return {
    from,
    to,
    days: days.filter(({ tally }) => tally.posts > 0).length,
    posts: all.posts,
    messages: messagesOf(all),
    collected,
    byPosts: answerOverStretch(stretch, week, { from, to, basis: 'posts' }, evidence),
    byMessages: answerOverStretch(stretch, week, { from, to, basis: 'messages' }, evidence),
  }
}

/** The detail of ShareReported. */
export const headlineOf = ({ date, model, complete, day, ...report }: ReportRecord) => ({
  ...streamNameOf(report),
  date,
  reportKey: keys.report({ ...report, date }),
  model,
  posts: day.posts,
  messages: day.messages,
  labels: day.byPosts.labels,
  complete,
  state: day.byPosts.state,
  words: day.byPosts.words,
  ...(report.secondPredictor && { secondPredictor: heardOf(report.secondPredictor, day) }),
  shares: onBoth(day, ({ shares }) => shares),
  disagree: day.byPosts.judgements?.disagree ?? null,
  judgements: onBoth(day, ({ judgements }) => judgements?.shares ?? []),
})

const heardOf = ({ model, answered, messages }: SecondPredictorRecord, { byPosts }: StretchRecord) => ({
  model,
  weight: byPosts.secondPredictor?.weight ?? 0,
  answered: messages > 0 ? Math.min(1, answered / messages) : 0,
})

const onBoth = ({ byPosts, byMessages }: StretchRecord, sharesOf: (answer: AnswerRecord) => readonly ShareRecord[]) =>
  [['posts', byPosts] as const, ['messages', byMessages] as const].flatMap(([basis, answer]) =>
    sharesOf(answer).map(({ label, share, low, high }) => ({ basis, label, share, low, high })),
  )

/** The index with this report, replacing an earlier one of the same day of its stream. */
export function withReport(
  { days }: ReportIndexRecord,
  report: ReportRecord,
  isOfStream: (day: StreamName) => boolean = (day) => streamLabel(day) === streamLabel(report),
): ReportIndexRecord {
  const { date, model, labels, complete } = report
  const others = days.filter((day) => !isOfStream(day) || day.date !== date)
  const place = (day: StreamDay) => `${day.date} ${streamLabel(day)}`
  const entry = {
    ...streamNameOf(report),
    date,
    model,
    labels,
    complete,
    ...(report.secondPredictor && { secondPredictor: briefSecond(report.secondPredictor, report.day) }),
    day: briefOf(report.day),
    week: briefOf(report.week),
  }
  return { days: [...others, entry].sort((a, b) => (place(a) < place(b) ? -1 : 1)) }
}

const briefSecond = ({ provider, model, prompt }: SecondPredictorRecord, { byPosts }: StretchRecord) => ({
  provider,
  model,
  prompt,
  weight: byPosts.secondPredictor?.weight ?? 0,
})

const briefOf = ({ from, days, posts, messages, collected, byPosts, byMessages }: StretchRecord) => ({
  from,
  days,
  posts,
  messages,
  collected,
  byPosts: briefAnswer(byPosts),
  byMessages: briefAnswer(byMessages),
})

const briefAnswer = ({ state, labels, more, shares, judgements, tight }: AnswerRecord) => ({
  state,
  labels,
  more,
  shares,
  judgements,
  tight: { state: tight.state, z7: tight.z7, shares: tight.shares },
})

/** The bytes of a report, deterministic. */
export const reportBytes = (record: ReportRecord): string => `${JSON.stringify(record, null, 2)}\n`

/** The bytes of the index: one day per line. */
export const indexBytes = ({ days }: ReportIndexRecord): string =>
  `{"days":[${days.map((day) => `\n${JSON.stringify(day)}`).join(',')}\n]}\n`

const rounded = (rate: number): number => Number(rate.toFixed(4))
