/** How numbers, days and names are said to people: the same on pages and in mails, in any time zone. */

export const MONTHS = 'January February March April May June July August September October November December'.split(' ')

/** `2026-11-21` as `21 November 2026`. */
export function dateInWords(date: string): string {
  const [year, month, day] = date.split('-').map(Number)
  return `${day} ${MONTHS[(month ?? 1) - 1]} ${year}`
}

/** `2026-11-21T10:00:00Z` as `21 November 2026, 10:00 UTC`. */
export const instantInWords = (instant: string): string =>
  `${dateInWords(instant.slice(0, 10))}, ${instant.slice(11, 16)} UTC`

/** `1,234` */
export const count = (value: number): string => String(Math.round(value)).replaceAll(/\B(?=(\d{3})+(?!\d))/g, ',')

/** `1 post`, `2 posts`. */
export const many = (value: number, one: string, several = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : several}`

/** Invisible characters that change the direction of text, by their names in Unicode. */
const DIRECTIONS = new Map([
  ['\u061C', 'ALM'],
  ['\u200E', 'LRM'],
  ['\u200F', 'RLM'],
  ['\u202A', 'LRE'],
  ['\u202B', 'RLE'],
  ['\u202C', 'PDF'],
  ['\u202D', 'LRO'],
  ['\u202E', 'RLO'],
  ['\u2066', 'LRI'],
  ['\u2067', 'RLI'],
  ['\u2068', 'FSI'],
  ['\u2069', 'PDI'],
])

const RIGHT_TO_LEFT = /[\u0590-\u08FF\u200F\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u

/** A name within a sentence: one that is written from right to left leaves the order of the words around it as it is. */
export function isolated(name: string): string {
  const visible = withVisibleDirections(name)
  return RIGHT_TO_LEFT.test(visible) ? `\u2068${visible}\u2069` : visible
}

/**
 * A text whose direction marks, overrides and isolates are shown by name, as in `⟨RLO⟩`, in place of working: they can hide what
 * a post says.
 */
export const withVisibleDirections = (text: string): string =>
  text.replaceAll(/\p{Bidi_Control}/gu, (character) => `⟨${DIRECTIONS.get(character) ?? ''}⟩`)
