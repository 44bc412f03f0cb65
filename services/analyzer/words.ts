import type { ShareRecord } from '../../shared/records'
import type { Basis } from '../../shared/statistics/difference'

/** What a sentence is about. */
export interface About {
  hashtag: string
  from: string
  to: string
  basis: Basis
}

/** `of the posts about #aws on 2026-11-21` */
export const sayPart = ({ hashtag, from, to, basis }: About): string =>
  `for the ${basis === 'posts' ? 'posts' : 'distinct messages'} about #${hashtag} ${sayDays(from, to)}`

/** The shares in a sentence that can be quoted, and what is left out of them. */
export function shareInWords(about: About, shares: readonly ShareRecord[], sure = 1): string {
  const { hashtag, from, to, basis } = about
  if (shares.length === 0) return `No posts about #${hashtag} were collected ${sayDays(from, to)}.`
  const [first, ...rest] = [...shares].sort((a, b) => b.share - a.share)
  const what = basis === 'posts' ? 'posts' : 'distinct messages'
  const lead = `${percent(first!.share)} % of the ${what} about #${hashtag} ${sayDays(from, to)} are ${first!.label} (95 % interval ${percent(first!.low)} to ${percent(first!.high)} %)`
  const others = rest.map(
    ({ label, share, low, high }) => `${percent(share)} % ${label} (${percent(low)} to ${percent(high)} %)`,
  )
  const gap =
    sure < 0.995 ? ` Of ${percent(1 - sure)} % of the posts nothing is known; the intervals allow for any.` : ''
  return `${[lead, ...others].join(', ')}.${gap}`
}

const sayDays = (from: string, to: string): string => (from === to ? `on ${to}` : `from ${from} to ${to}`)
const percent = (share: number): number => Math.round(100 * share)
