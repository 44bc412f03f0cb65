import type { BatchInBrief, ReportOverview } from '../../services/report/overview'
import type { ReportRecord } from '../../shared/records'
import type { Basis } from '../../shared/statistics/difference'
import { percent, type Span } from '../../shared/share-sentence'
import { count, isolated, many } from '../../shared/words'

/** Shares, scores and days of a report in words. */

/** US dollars: cents, or as many digits as it takes for less than one. */
export function dollarsInWords(usd: number): string {
  if (usd === 0) return '$0'
  return usd < 0.01 ? `$${Number(usd.toPrecision(1))}` : `$${usd.toFixed(2)}`
}

/** A score such as macro-F1 on its scale of 0 to 1. */
export const score = (value: number | null): string => (value === null ? '–' : value.toFixed(2))

/** `0.83 (0.75 to 0.90)`. */
export const scoreWithInterval = (value: number | null, interval: { low: number; high: number } | null): string =>
  value === null || interval === null
    ? score(value)
    : `${score(value)} (${score(interval.low)} to ${score(interval.high)})`

/** A topic in the name of a file: `aws-on-mastodon`. */
export const fileName = ({ topic }: { topic: string }): string => topic.replaceAll(' ', '-')

type Errors = ReportRecord['labels']['errors']

export const answerOfDay = <A>(day: Record<Span, { byPosts: A; byMessages: A }>, span: Span, basis: Basis): A =>
  basis === 'posts' ? day[span].byPosts : day[span].byMessages

/** The labels of the configuration, and after them those that only older days have. */
export const labelsOf = ({ categories, days }: Pick<ReportOverview, 'categories' | 'days'>): string[] => [
  ...new Set([
    ...categories.map(({ name }) => name),
    ...days.flatMap(({ week }) => week.byPosts.shares.map(({ label }) => label)),
  ]),
]

/** What a plot draws of these labels. Of two, one is 100 % less the other: the first is drawn, and `rest` says so of the other. */
export function drawnLabels(labels: readonly string[]): { drawn: readonly string[]; rest: string | undefined } {
  const [first, second, third] = labels
  return first !== undefined && second !== undefined && third === undefined
    ? { drawn: [first], rest: `The rest to 100 % is ${isolated(second)}.` }
    : { drawn: labels, rest: undefined }
}

/** `2 % of the labels are wrong, by 120 posts that two people judged.` Nothing where a report does not have the rate. */
export function wrongInWords(errors: Errors): string | undefined {
  if (!errors) return undefined
  const { source, items, rate, high } = errors
  const often = `${percent(rate)} % of single judgements are wrong`
  if (source === 'assumed') return `${often}: assumed, since too few posts were judged twice to tell`
  const by = source === 'gold' ? `${many(items, 'hidden check')}` : `${many(items, 'post')} that two people judged`
  return `${often}, at most ${percent(high)} %, by ${by}; a misunderstanding that people share does not show`
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0)

type Items = Pick<BatchInBrief, 'items' | 'labelled' | 'failed'>

/** The number of items that measure annotators: their labels are known already. */
export const checksOf = ({ items, labelled, failed }: Items): number => items - labelled - sum(Object.values(failed))

/** What became of the items of some batches; the parts add up to their number. */
export function itemsInWords(batches: readonly Items[]): string {
  const items = sum(batches.map((one) => one.items))
  const labelled = sum(batches.map((one) => one.labelled))
  const checks = sum(batches.map(checksOf))
  const without = items - labelled - checks
  const parts = [
    `${count(labelled)} ${labelled === 1 ? 'has' : 'have'} a label`,
    `${count(without)} ${without === 1 ? 'has' : 'have'} none`,
    ...(checks > 0 ? [`${many(checks, 'was a hidden check', 'were hidden checks')}, whose label was known`] : []),
  ]
  const last = parts.pop() ?? ''
  return `Of ${many(items, 'item')} in ${batches.length === 1 ? 'the newest batch' : `the newest ${count(batches.length)} batches`}, ${parts.join(', ')} and ${last}. A message that is asked about in two batches is an item of both.`
}

/** Whole days from one UTC day to another. */
export const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000)

/** The UTC day so many days later. */
export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10)

/** Every UTC day from one to another, both included. */
export const daysFrom = (from: string, to: string): string[] =>
  Array.from({ length: Math.max(0, daysBetween(from, to) + 1) }, (_, i) => addDays(from, i))

/** `cron(10 0 * * ? *)` as `every day at 00:10 UTC`; other expressions as they are. */
export function schedule(expression: string): string {
  return expression.replace(
    /^cron\((\d{1,2}) (\d{1,2}) \* \* \? \*\)$/,
    (_, minute: string, hour: string) => `every day at ${hour.padStart(2, '0')}:${minute.padStart(2, '0')} UTC`,
  )
}

/** A job's name is long; its last part tells models apart. */
export const shortJob = (job: string): string =>
  job.replace(/^bellwether-[a-z0-9-]+?-(?=[0-9a-f]{8,})/, '').replace(/^([0-9a-f]{8})[0-9a-f]+/, '$1')

/** Where a model's card is. */
export const cardAddress = (job: string): string => `/report/model?job=${encodeURIComponent(job)}`

/** A sentence with the long names of jobs in it, shortened. */
export const withShortJobs = (text: string): string =>
  text.replaceAll(/\bbellwether-[a-z0-9-]{1,63}?-[0-9a-f]{8,64}(?:-[a-z-]{1,63})?-\d+\b/g, shortJob)
