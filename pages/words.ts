import { dateInWords, MONTHS } from '../shared/words'

/** How the pages say numbers and days: the same everywhere, in any time zone. */

/** A sentence of the services, whose days are written as everywhere on the page. */
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

/** The beginning of a name that is too long for its place, and whole characters of it. */
export const clipped = (name: string, most: number): string => {
  const ends: number[] = []
  for (const { index, segment } of new Intl.Segmenter('en').segment(name)) {
    ends.push(index + segment.length)
    if (ends.length > most) return `${name.slice(0, ends[most - 2] ?? 0)}…`
  }
  return name
}
