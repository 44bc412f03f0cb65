import type { Annotator } from '../../services/owner/shown'
import { shareWithInterval } from '../../shared/share-sentence'
import { instantInWords, many } from '../../shared/words'

/** `23 November 2026, 20:12 UTC`; a time without a zone is in UTC. */
export const timeInWords = (iso: string): string =>
  instantInWords(new Date(/Z$|[+-]\d\d:\d\d$/.test(iso) ? iso : `${iso}Z`).toISOString())

/** `93 % (84 to 97 %) of 58 posts`: a share without its interval and its number of posts says little. */
export function reliability({ reliability: known }: Pick<Annotator, 'reliability'>): string {
  if (known === null) return 'not known'
  return `${shareWithInterval(known)} of ${many(known.items, 'post')}`
}

/** How wide an agreement is drawn, and what is left free at its ends. */
const WIDTH = 320
const MARGIN = 8

/** Where an agreement is drawn: on a scale from 0 to 1, or from −1 where a part of it is below 0. */
export function agreementScale(value: number, low: number) {
  const from = Math.min(value, low) < 0 ? -1 : 0
  const within = (of: number) => Math.min(1, Math.max(from, of))
  return {
    width: WIDTH,
    from,
    placeOf: (of: number): number => MARGIN + ((within(of) - from) / (1 - from)) * (WIDTH - 2 * MARGIN),
  }
}

export const dollarsAndCents = (amount: number): string => `$${amount.toFixed(2)}`

/** The command that deletes a post. Its id comes from a network: nothing of it ends the quotes of a shell, or hides in the line. */
export function deletionOf(post: string): string {
  const request = JSON.stringify({ delete: { posts: [post] } })
  const quoted = request.replaceAll(/['‘’‚‛]|\p{C}/gu, escapedInJson)
  return `npx sls invoke -f privacy --data '${quoted}'`
}

const escapedInJson = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
  ).join('')
