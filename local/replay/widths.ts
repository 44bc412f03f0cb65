import { inColumns } from '../columns'
import type { Summary } from './summary'

type Shares = Summary['shares']

/**
 * The width of the daily intervals with the answers of a language model and without them, and how many hold the truth.
 * Undefined where the answers have no weight on any day.
 */
export function widthsInWords(shares: Shares): string {
  const days = shares.flatMap(({ without, ...one }) =>
    without && one.date !== undefined && one.basis === 'posts' ? [{ ...one, without }] : [],
  )
  if (days.length === 0) return ''
  const rows = [...new Set(days.map(({ label }) => label))].map((label) => {
    const own = days.filter((one) => one.label === label)
    const [both, alone] = [meanWidth(own), meanWidth(own.map(({ without }) => without))]
    return [label, `${points(both)} points`, `without ${points(alone)}`, `${(both / alone).toFixed(2)} of it`]
  })
  const count = new Set(days.map(({ hashtag, stream, date }) => `${hashtag} ${stream ?? ''} ${date}`)).size
  return [
    `Width of the 95 % intervals with the answers of the language model, mean of ${count === 1 ? 'one day' : `${count} days`} by posts:`,
    ...inColumns(rows),
  ].join('\n')
}

const meanWidth = (intervals: readonly { low: number; high: number }[]): number =>
  intervals.reduce((sum, { low, high }) => sum + high - low, 0) / intervals.length
const points = (width: number): string => (100 * width).toFixed(1)
