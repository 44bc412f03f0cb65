import type { ReportIndexRecord, ReportRecord, RunRecord } from '../../shared/records'

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

export const METHOD = 'counted by the classifier'

/** The report of a day. A day without posts has no shares, not shares of zero. */
export function reportOf(
  { hashtag, date }: { hashtag: string; date: string },
  model: { job: string; labels: readonly string[] },
  runs: readonly RunRecord[],
  predictions: readonly string[],
  tally: Tally,
): ReportRecord {
  const posts = tally.posts()
  return {
    hashtag,
    date,
    model: model.job,
    method: METHOD,
    posts,
    complete: runs.every(({ complete, gap }) => complete && gap === null),
    shares:
      posts === 0
        ? []
        : [...model.labels].sort().map((label) => ({ label, posts: tally.of(label), share: tally.of(label) / posts })),
    predictions: [...predictions],
  }
}

/** The index with this report in it, in place of an earlier one of the same day. */
export function withReport({ days }: ReportIndexRecord, report: ReportRecord): ReportIndexRecord {
  const { hashtag, date, model, posts, complete, shares } = report
  const others = days.filter((day) => day.hashtag !== hashtag || day.date !== date)
  const place = (day: { hashtag: string; date: string }) => `${day.hashtag} ${day.date}`
  return {
    days: [...others, { hashtag, date, model, posts, complete, shares }].sort((a, b) => (place(a) < place(b) ? -1 : 1)),
  }
}

/** The bytes of a report or of the index: the same for the same content. */
export const reportBytes = (record: ReportRecord | ReportIndexRecord): string => `${JSON.stringify(record, null, 2)}\n`
