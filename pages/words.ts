import { dateInWords, MONTHS } from '../shared/words'

/** How the pages say numbers and days: the same everywhere, in any time zone. */

/** A sentence of a service with its days in words, as the rest of the page writes them. */
export const withDatesInWords = (sentence: string): string =>
  sentence.replaceAll(/\b\d{4}-\d{2}-\d{2}\b(?!-)/g, dateInWords)

/** A reason of a service, with a capital letter, as a line of its own. */
export const asSentence = (reason: string): string => reason.charAt(0).toUpperCase() + reason.slice(1)

/** `2026-11-21` as `21 Nov`. */
export function shortDate(date: string): string {
  const [, month, day] = date.split('-').map(Number)
  return `${day} ${MONTHS[(month ?? 1) - 1]?.slice(0, 3)}`
}

/** `2026-11-21` as `November`. */
export const monthOf = (date: string): string => MONTHS[Number(date.slice(5, 7)) - 1] ?? ''

/** A name, cut after `most` characters where it is longer. No character is cut in two. */
export const clipped = (name: string, most: number): string => {
  const ends: number[] = []
  for (const { index, segment } of new Intl.Segmenter('en').segment(name)) {
    ends.push(index + segment.length)
    if (ends.length > most) return `${name.slice(0, ends[most - 2] ?? 0)}…`
  }
  return name
}
