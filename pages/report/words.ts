import type { Overview } from '../../services/report/overview'
import type { AnswerRecord, ReportRecord, ShareRecord } from '../../shared/records'
import { dateInWords, isolated, many } from '../words'

/** How shares and scores are said, and the sentence that can be quoted. */

/** A share as a whole per cent; with one decimal where that would say nothing. */
export function percent(share: number): string {
  const value = 100 * share
  const nearAnEnd = (value > 0 && value < 1.5) || (value > 98.5 && value < 100)
  return nearAnEnd ? String(Math.round(value * 10) / 10) : String(Math.round(value))
}

/** `41 % (35 to 47 %)`, and no line breaks between a number and its sign. */
const withInterval = ({ share, low, high }: Omit<ShareRecord, 'label'>): string =>
  `${percent(share)} % (${percent(low)} to ${percent(high)} %)`

/** US dollars: cents, or as many digits as it takes for less than one. */
export function dollars(usd: number): string {
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

export type Basis = 'posts' | 'messages'
export type Span = 'day' | 'week'
type IndexedDay = Overview['days'][number]
type Answer = Pick<AnswerRecord, 'state' | 'shares' | 'labels'> &
  Partial<Pick<AnswerRecord, 'flagged' | 'sampled' | 'modelWeight'>>
type Errors = ReportRecord['labels']['errors']

export const answerOf = (day: IndexedDay, span: Span, basis: Basis) =>
  basis === 'posts' ? day[span].byPosts : day[span].byMessages

/** The labels of the configuration, and after them those that only older days have. */
export const labelsOf = ({ categories, days }: Pick<Overview, 'categories' | 'days'>): string[] => [
  ...new Set([
    ...categories.map(({ name }) => name),
    ...days.flatMap(({ week }) => week.byPosts.shares.map(({ label }) => label)),
  ]),
]

/** The greatest first, as far as `most`; what is left out is counted. */
function leading(shares: readonly ShareRecord[], most: number): { told: ShareRecord[]; left: number } {
  const sorted = [...shares].sort((a, b) => b.share - a.share)
  const told = sorted.length <= most + 1 ? sorted : sorted.slice(0, most)
  return { told, left: sorted.length - told.length }
}

const list = (parts: readonly string[]): string =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`

/** What a sentence is about: a stream over a day, or over the seven days that end with it. */
interface Told {
  topic: string
  date: string
  span: Span
  /** How many there were; an estimate of the network is none of these. */
  posts: number
  answer: Answer
  /** The model whose scores count; null where the labels alone do. */
  model: string | null
  errors?: Errors
}

/**
 * An answer as a sentence that stands by itself: what, of how many posts, when, how sure, by how many labels and with what help,
 * and what it assumes. Nothing where there is no number to be quoted.
 */
export function quotable({ topic, date, span, posts, answer, model, errors }: Told): string | undefined {
  const { state, shares, labels, flagged = 0, sampled = labels, modelWeight = 1 } = answer
  if (state !== 'reported' || shares.length === 0) return undefined
  const { told, left } = leading(shares, 3)
  const which = flagged > 0 ? ' that fit a label' : ''
  const parts = told.map((one, i) =>
    i === 0
      ? `${withInterval(one)} of the ${many(posts, 'post')} about #${isolated(topic)}${which} were ${isolated(one.label)}`
      : `${withInterval(one)} ${isolated(one.label)}`,
  )
  const when = span === 'day' ? `On ${dateInWords(date)}` : `In the seven days to ${dateInWords(date)}`
  const help = model !== null && modelWeight > 0 ? ', with a model kept honest by them' : ''
  const beside = flagged > 0 ? ` ${flagged} of ${many(sampled, 'drawn message')} fit none.` : ''
  return `${when} about ${list(rest(parts, left))}: 95\u00a0% intervals, from ${many(labels, 'label')} given by people${help}${assuming(errors)}.${beside}`
}

/** Where nobody measured how often a label is wrong, that is said. */
const assuming = (errors: Errors): string =>
  errors?.source === 'assumed' ? `, assuming that 1 label in ${Math.max(2, Math.round(1 / errors.rate))} is wrong` : ''

/** `2 % of the labels are wrong, by 120 posts that two people judged.` Nothing in reports that do not say. */
export function wrongInWords(errors: Errors): string | undefined {
  if (!errors) return undefined
  const { source, items, rate, high } = errors
  const often = `${percent(rate)} % of single judgements are wrong`
  if (source === 'assumed') return `${often}: assumed, since too few posts were judged twice to tell`
  const by = source === 'gold' ? `${many(items, 'hidden check')}` : `${many(items, 'post')} that two people judged`
  return `${often}, at most ${percent(high)} %, by ${by}; a misunderstanding that people share does not show`
}

const rest = (parts: readonly string[], left: number): string[] =>
  left > 0 ? [...parts, `${left} other labels the rest`] : [...parts]

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
  const daily = /^cron\((\d{1,2}) (\d{1,2}) \* \* \? \*\)$/.exec(expression)
  return daily ? `every day at ${daily[2]!.padStart(2, '0')}:${daily[1]!.padStart(2, '0')} UTC` : expression
}

/** A job's name is long; its last part tells models apart. */
export const shortJob = (job: string): string =>
  job.replace(/^bellwether-[a-z0-9-]+?-(?=[0-9a-f]{8,})/, '').replace(/^([0-9a-f]{8})[0-9a-f]+/, '$1')

/** Where a model's card is. */
export const cardAddress = (job: string): string => `/report/model?job=${encodeURIComponent(job)}`

/** A sentence with the long names of jobs in it, shortened. */
export const withShortJobs = (text: string): string =>
  text.replaceAll(/\bbellwether-[a-z0-9-]{1,63}?-[0-9a-f]{8,64}(?:-[a-z-]{1,63})?-\d+\b/g, shortJob)
