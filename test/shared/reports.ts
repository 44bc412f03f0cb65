import type { AnswerRecord, ReportIndexRecord, ReportRecord, StretchRecord } from '../../shared/records'
import { withReport } from '../../services/analyzer/reports/report'

/** A report of a good day: two labels, every estimate shown. */
export function exampleReport(over: Partial<ReportRecord> = {}): ReportRecord {
  const date = over.date ?? '2026-11-21'
  const from = new Date(Date.parse(date) - 6 * 86_400_000).toISOString().slice(0, 10)
  return {
    hashtag: 'aws',
    date,
    model: 'bellwether-dev-3f9c2a7d0b1e4c55-1',
    labels: { version: 1, status: 'ok', batches: ['2026-11-21'], latest: '2026-11-22' },
    complete: true,
    collection: { words: 'All of the day was collected.', existing: 812, stoppedBy: [], gaps: [] },
    day: stretch({ from: date, to: date, days: 1 }, answer(0.41, 0.11, 30), answer(0.46, 0.12, 30)),
    week: stretch({ from, to: date, days: 7 }, answer(0.43, 0.05, 201), answer(0.47, 0.05, 201)),
    predictions: [`predictions/hashtag=aws/date=${date}/run=one.csv`],
    ...over,
  }
}

/** An answer with too few labels for a share. */
export function exampleOfTooFew(): AnswerRecord {
  const words = 'Not enough labels yet: about 92 more would give ±10 points.'
  const withheld = {
    state: 'withheld' as const,
    words: 'Shown only beside a headline.',
    z7: null,
    label: null,
    shares: [],
  }
  return { ...answer(0.41, 0.3, 4), state: 'not-enough-labels', words, more: 92, shares: [], raw: [], tight: withheld }
}

/** The index of these reports. */
export const exampleIndex = (reports: readonly ReportRecord[] = [exampleReport()]): ReportIndexRecord =>
  reports.reduce<ReportIndexRecord>((index, report) => withReport(index, report), { days: [] })

const stretch = (
  when: Pick<StretchRecord, 'from' | 'to' | 'days'>,
  byPosts: AnswerRecord,
  byMessages: AnswerRecord,
): StretchRecord => ({ ...when, posts: 812 * when.days, messages: 540 * when.days, collected: 1, byPosts, byMessages })

function answer(share: number, half: number, labels: number): AnswerRecord {
  const shares = (by: number) => [
    { label: 'marketing', share, low: share - by, high: share + by },
    { label: 'technical', share: 1 - share, low: 1 - share - by, high: 1 - share + by },
  ]
  const raw = (by: number) =>
    shares(by).map((one) => ({ label: one.label, estimate: one.share, standardError: by / 1.96 }))
  const percent = (value: number) => Math.round(100 * value)
  return {
    state: 'reported',
    words: `${percent(share)} % are marketing (95 % interval ${percent(share - half)} to ${percent(share + half)} %).`,
    method: `Difference estimator: the model's scores of all messages, put right by ${labels} labels.`,
    labels,
    sampled: labels,
    more: null,
    shares: shares(half),
    raw: raw(half),
    modelWeight: 0.8,
    pacc: {
      state: 'reported',
      words: 'How the model errs was learnt from 300 labels of the last days.',
      items: 300,
      shares: shares(half * 0.8),
      raw: raw(half * 0.8),
    },
    tight: {
      state: 'shown',
      words: 'Both agree over seven days (|z| 0.6).',
      z7: 0.6,
      label: 'marketing',
      shares: shares(half * 0.62),
    },
    counting: shares(0).map(({ label, share: counted }) => ({ label, share: counted })),
  }
}
