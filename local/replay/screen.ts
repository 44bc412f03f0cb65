import { streamNameOf, streamInWords } from '../../shared/streams'
import type { Summary } from './summary'

/** One line of the table that a replay ends with. */
export interface DayRow {
  date: string
  posts: number
  labelled: number
  spentUsd: number
  /** Macro-F1 of each model, as in `fasttext 0.84, linear 0.87`; empty where none was trained. */
  model: string
  verdict: string
  /** `#aws 41 % (30–52)` for each hashtag: the share of one label. */
  share: string
}

/**
 * The shares of one label on a day in the final reports: labels of later days may change a report, and the table beside the
 * truth has these shares, too.
 */
export function shareOfDay(
  { shares, withheld }: Pick<Summary, 'shares' | 'withheld'>,
  date: string,
  label: string,
): string {
  const isOfDay = (one: { date?: string; basis: string }) => one.date === date && one.basis === 'posts'
  const reported = shares.filter((one) => isOfDay(one) && one.label === label)
  const all = [...reported, ...withheld.filter(isOfDay)].map(({ hashtag, stream, ...one }) => ({
    name: streamNameOf({ hashtag, stream }),
    words: 'share' in one ? `${percent(one.share)} % (${percent(one.low)}–${percent(one.high)})` : '–',
  }))
  return all
    .map(({ name, words }) => {
      const isOne = all.filter((other) => other.name.hashtag === name.hashtag).length === 1
      return `${isOne ? `#${name.hashtag}` : streamInWords(name)} ${words}`
    })
    .sort()
    .join('  ')
}

const percent = (share: number): number => Math.round(100 * share)

const columns: [heading: string, value: (row: DayRow) => string, right: boolean][] = [
  ['day', (row) => row.date, false],
  ['posts', (row) => String(row.posts), true],
  ['labelled', (row) => String(row.labelled), true],
  ['spent', (row) => `$${row.spentUsd.toFixed(2)}`, true],
  ['macro-F1', (row) => row.model || '–', false],
  ['verdict', (row) => row.verdict || '–', false],
  ['share', (row) => row.share || '–', false],
]

/** The table in plain text, with columns as wide as their contents. `label` is the category of the shares. */
export function table(rows: readonly DayRow[], label: string): string {
  const padded = columns.map(([heading, value, isNumber]) => {
    const title = heading === 'share' ? `share of ${label}` : heading
    const width = Math.max(title.length, ...rows.map((row) => value(row).length))
    const pad = (text: string) => (isNumber ? text.padStart(width) : text.padEnd(width))
    return { title: pad(title), rule: '─'.repeat(width), cell: (row: DayRow) => pad(value(row)) }
  })
  const line = (cells: string[]) => cells.join('  ').trimEnd()
  return [
    line(padded.map(({ title }) => title)),
    line(padded.map(({ rule }) => rule)),
    ...rows.map((row) => line(padded.map(({ cell }) => cell(row)))),
  ].join('\n')
}
