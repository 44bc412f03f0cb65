import type { ShareRecord } from '../../../shared/records'
import { assuming } from '../../../shared/share-sentence'
import type { Basis } from '../../../shared/statistics/difference'
import type { JudgementErrors } from '../../../shared/statistics/judgement-errors'

/** What a sentence is about. */
export interface ShareSubject {
  hashtag: string
  from: string
  to: string
  basis: Basis
}

/** The data behind the shares in a sentence. */
export interface Ground {
  /** The known fraction of the posts, in [0, 1]. */
  sure: number
  /** Distinct messages of the sample, and of these those that annotators flagged. */
  items: { sampled: number; flagged: number }
  errors: Pick<JudgementErrors, 'source' | 'rate'>
}

/** `for the posts about #aws on 2026-11-21` */
export const sayPart = ({ hashtag, from, to, basis }: ShareSubject): string =>
  `for the ${basis === 'posts' ? 'posts' : 'distinct messages'} about #${hashtag} ${sayDays(from, to)}`

/** The shares in quotable sentences: with assumptions, omissions, and the label that is certainly ahead. */
export function shareInWords(about: ShareSubject, shares: readonly ShareRecord[], ground: Ground): string {
  const { sure, items, errors } = ground
  const [first, ...rest] = bySize(shares)
  if (!first) return noPosts(about)
  const assumed = assuming({ source: errors.source, rate: errors.rate.mean })
  const which = items.flagged > 0 ? ' that fit a label' : ''
  const lead = `${wholePercent(first.share)} % of the ${sayPosts(about)}${which} are ${first.label} (95 % interval ${sayRange(first)}${assumed})`
  const others = rest.map(({ label, share, ...bounds }) => `${wholePercent(share)} % ${label} (${sayRange(bounds)})`)
  const flagged =
    items.flagged > 0
      ? ` Of ${items.sampled} drawn messages ${items.flagged} ${items.flagged === 1 ? 'was' : 'were'} flagged as fitting none, and are not counted.`
      : ''
  const gap =
    sure < 0.995 ? ` Of ${wholePercent(1 - sure)} % of the posts nothing is known; the intervals allow for any.` : ''
  return `${[lead, ...others].join(', ')}.${sayAhead(shares)}${flagged}${gap}`
}

/** The sentences when people are wrong too often for a share. */
export function judgementsInWords(
  about: ShareSubject,
  disagree: number | null,
  shares: readonly ShareRecord[],
): string {
  const why =
    disagree === null
      ? 'People disagree too often'
      : `Two people disagree about ${wholePercent(disagree)} % of the messages that both judged`
  const [first, ...rest] = bySize(shares)
  if (!first) return `${why}, so no share can be told ${sayPart(about)}.`
  const lead = `${wholePercent(first.share)} % is ${first.label} (95 % interval ${sayRange(first)})`
  const others = rest.map(({ label, share, ...bounds }) => `${wholePercent(share)} % ${label} (${sayRange(bounds)})`)
  return `${why}, so no share can be told ${sayPart(about)}. Of what one person says of them, ${[lead, ...others].join(', ')}.`
}

/** The gain by the model, and the cost of people's mistakes. */
export function effectiveInWords(
  labels: number,
  effective: number,
  { source }: Pick<JudgementErrors, 'source'>,
): string {
  const right = source === 'none' ? '' : ' and all right'
  return `${labels} labels count like ${Math.round(effective)} drawn plainly at random${right}.`
}

/** The day or days have no posts. */
export const noPosts = ({ hashtag, from, to }: ShareSubject): string =>
  `No posts about #${hashtag} were collected ${sayDays(from, to)}.`

/** For three labels and more: the label that is larger than all others, if the joint bounds show it. */
function sayAhead(shares: readonly ShareRecord[]): string {
  const [first, ...rest] = bySize(shares)
  if (!first || rest.length < 2 || first.jointLow === undefined) return ''
  const { jointLow } = first
  const smaller = rest.filter(({ jointHigh = 1 }) => jointHigh < jointLow)
  if (smaller.length === 0) return ' Which label is the largest cannot be told.'
  const which = smaller.length === rest.length ? 'each of the others' : listed(smaller.map(({ label }) => label))
  return ` More are ${first.label} than ${which}.`
}

const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`

const bySize = (shares: readonly ShareRecord[]): ShareRecord[] => [...shares].sort((a, b) => b.share - a.share)

const sayPosts = ({ hashtag, from, to, basis }: ShareSubject): string =>
  `${basis === 'posts' ? 'posts' : 'distinct messages'} about #${hashtag} ${sayDays(from, to)}`

const sayDays = (from: string, to: string): string => (from === to ? `on ${to}` : `from ${from} to ${to}`)
const sayRange = ({ low, high }: Pick<ShareRecord, 'low' | 'high'>): string =>
  `${wholePercent(low)} to ${wholePercent(high)} %`
export const wholePercent = (share: number): number => Math.round(100 * share)
