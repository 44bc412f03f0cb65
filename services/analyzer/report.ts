import type { AnswerRecord, ReportIndexRecord, ReportRecord, RunRecord, StretchRecord } from '../../shared/records'

/** The posts of a day by the label that the classifier gives them; every post once. */
export interface Tally {
  add(post: string, label: string): void
  posts(): number
  of(label: string): number
}

/**
 * Counts posts. A post that comes twice, where runs overlap, counts once: which takes the memory of all ids of the day,
 * so it is asked for where there is more than one run.
 */
export function makeTally(mayRepeat: boolean): Tally {
  const seen = new Set<string>()
  const byLabel = new Map<string, number>()
  let posts = 0
  return {
    add: (post, label) => {
      if (mayRepeat) {
        if (seen.has(post)) return
        seen.add(post)
      }
      posts++
      byLabel.set(label, (byLabel.get(label) ?? 0) + 1)
    },
    posts: () => posts,
    of: (label) => byLabel.get(label) ?? 0,
  }
}

/** The report of a day. A day without posts has no shares, not shares of zero. */
export function reportOf(
  { hashtag, date }: { hashtag: string; date: string },
  model: { job: string; labels: readonly string[] },
  runs: readonly RunRecord[],
  predictions: readonly string[],
  tally: Tally,
): ReportRecord {
  const posts = tally.posts()
  const counting =
    posts === 0 ? [] : [...model.labels].sort().map((label) => ({ label, share: tally.of(label) / posts }))
  const answer: AnswerRecord = {
    state: posts === 0 ? 'no-posts' : 'not-enough-labels',
    words: posts === 0 ? 'No posts were collected.' : 'Not enough labels yet.',
    method: 'counted by the classifier',
    labels: 0,
    sampled: 0,
    more: posts === 0 ? null : 97,
    shares: [],
    raw: [],
    modelWeight: 0,
    pacc: { state: 'not-estimable', words: '', items: 0, shares: [], raw: [] },
    tight: { state: 'not-estimable', words: '', z7: null, shares: [] },
    counting,
  }
  const stretch: StretchRecord = {
    from: date,
    to: date,
    days: posts === 0 ? 0 : 1,
    posts,
    messages: posts,
    collected: 1,
    byPosts: answer,
    byMessages: answer,
  }
  return {
    hashtag,
    date,
    model: model.job,
    labels: { version: 1, status: 'unmeasured', batches: [], latest: null },
    complete: runs.every(({ complete, gap }) => complete && gap === null),
    collection: {
      words: '',
      existing: null,
      stoppedBy: runs.flatMap(({ stoppedBy }) => stoppedBy ?? []),
      gaps: runs.flatMap(({ gap }) => gap ?? []),
    },
    day: stretch,
    week: stretch,
    predictions: [...predictions],
  }
}

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
