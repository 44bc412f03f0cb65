import type { ReportRecord, RunRecord } from '../../../shared/records'

/** The fields of a run from which its coverage is computed. */
export type RunCoverage = Pick<
  RunRecord,
  | 'window'
  | 'covered'
  | 'gap'
  | 'complete'
  | 'stoppedBy'
  | 'posts'
  | 'existing'
  | 'existingIsEstimate'
  | 'otherLanguages'
  | 'refusedRows'
  | 'leftOut'
>

/** How much of the posts of a UTC day was collected, and why the rest is missing. */
interface Collection extends Omit<ReportRecord['collection'], 'words'> {
  complete: boolean
  /** In [0, 1]. */
  collected: number
  words: string
}

/**
 * By the number of existing posts, if the source gives it; otherwise by the time that was read. Runs are parts
 * of the day and overlap only at their edges.
 */
export function collectionOf(runs: readonly RunCoverage[]): Collection {
  const gaps = runs.flatMap(({ gap }) => gap ?? [])
  const stoppedBy = [...new Set(runs.flatMap(({ stoppedBy: cap }) => cap ?? []))].sort()
  const complete = runs.every((run) => run.complete && run.gap === null)
  const known = runs.map(({ existing }) => existing)
  const existing = known.every((count) => count !== null)
    ? known.reduce<number>((sum, count) => sum + (count ?? 0), 0)
    : null
  const time = runs.reduce((sum, { window }) => sum + lengthOf(window), 0)
  const read = runs.reduce((sum, run) => sum + lengthOf(run.window) * shareOf(run), 0)
  const collected = complete || time === 0 ? 1 : read / time
  const why = [
    ...stoppedBy.map((cap) => `stopped by ${cap}`),
    ...gaps.map(({ from, to }) => `nothing from ${from} to ${to}`),
  ]
  const words =
    runs.length === 0
      ? 'Nothing was collected.'
      : complete
        ? 'All of the day was collected.'
        : `About ${Math.round(100 * collected)} % of the day was collected${why.length > 0 ? `: ${why.join('; ')}` : ''}.`
  const estimate = existing !== null && runs.some(({ existingIsEstimate }) => existingIsEstimate)
  return {
    complete,
    collected,
    existing,
    ...(estimate ? { existingIsEstimate: true } : {}),
    stoppedBy,
    gaps,
    words: [words, ...(estimate ? [`The network counts about ${existing} posts.`] : []), ...leftOutOf(runs)].join(' '),
  }
}

/** Posts that the settings of the source left out, by reason. */
function leftOutOf(runs: readonly RunCoverage[]): string[] {
  const reasons = new Map<string, number>()
  for (const { leftOut = {} } of runs)
    for (const [reason, posts] of Object.entries(leftOut)) reasons.set(reason, (reasons.get(reason) ?? 0) + posts)
  if (reasons.size === 0) return []
  return [`Left out: ${[...reasons].map(([reason, posts]) => `${posts} ${reason}`).join(', ')}.`]
}

/** The part of its window that a run covers: what the source still had, times the part of that which was read. */
function shareOf(run: RunCoverage): number {
  const { complete, gap, window, covered, existing, posts, otherLanguages, refusedRows, leftOut = {} } = run
  if (complete && gap === null) return 1
  const whole = lengthOf(window)
  if (whole === 0) return 1
  if (existing === null || existing === 0) return covered ? Math.min(1, lengthOf(covered) / whole) : 0
  const readable = gap ? Math.max(0, whole - lengthOf(gap)) / whole : 1
  const known = Object.values(leftOut).reduce((sum, count) => sum + count, posts + otherLanguages + refusedRows)
  return readable * Math.min(1, known / existing)
}

interface Stretch {
  from: string
  to: string
}
const lengthOf = ({ from, to }: Stretch): number => Math.max(0, Date.parse(to) - Date.parse(from))
