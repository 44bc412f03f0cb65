import type { AnswerRecord, ReportRecord, ShareRecord } from './records'
import { dateInWords, isolated, many } from './words'

/** A share, and the sentence about it that can be quoted. */

/** A share as a whole per cent; with one decimal where that would say nothing. */
export function percent(share: number): string {
  const value = 100 * share
  const nearAnEnd = (value > 0 && value < 1.5) || (value > 98.5 && value < 100)
  return nearAnEnd ? String(Math.round(value * 10) / 10) : String(Math.round(value))
}

/** `41 % (35 to 47 %)`, and no line breaks between a number and its sign. */
export const shareWithInterval = ({ share, low, high }: Omit<ShareRecord, 'label'>): string =>
  `${percent(share)} % (${percent(low)} to ${percent(high)} %)`

export type Span = 'day' | 'week'
type Answer = Pick<AnswerRecord, 'state' | 'shares' | 'labels'> &
  Partial<Pick<AnswerRecord, 'flagged' | 'sampled' | 'modelWeight'>>
type Errors = ReportRecord['labels']['errors']

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
      ? `${shareWithInterval(one)} of the ${many(posts, 'post')} about #${isolated(topic)}${which} were ${isolated(one.label)}`
      : `${shareWithInterval(one)} ${isolated(one.label)}`,
  )
  const when = span === 'day' ? `On ${dateInWords(date)}` : `In the seven days to ${dateInWords(date)}`
  const help = model !== null && modelWeight > 0 ? ', with a model kept honest by them' : ''
  const beside = flagged > 0 ? ` ${flagged} of ${many(sampled, 'drawn message')} fit none.` : ''
  return `${when} about ${list(rest(parts, left))}: 95\u00a0% intervals, from ${many(labels, 'label')} given by people${help}${assuming(errors)}.${beside}`
}

/** Where nobody measured how often a label is wrong, that is said. */
export const assuming = (errors: Pick<NonNullable<Errors>, 'source' | 'rate'> | undefined): string =>
  errors?.source === 'assumed' ? `, assuming that 1 label in ${Math.max(2, Math.round(1 / errors.rate))} is wrong` : ''

const rest = (parts: readonly string[], left: number): string[] =>
  left > 0 ? [...parts, `${left} other labels the rest`] : [...parts]
