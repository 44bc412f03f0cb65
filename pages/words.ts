/** How our pages say numbers and days: the same everywhere, in any time zone. */

const MONTHS = 'January February March April May June July August September October November December'.split(' ')

/** `2026-11-21` as `21 November 2026`. */
export function dateInWords(date: string): string {
  const [year, month, day] = date.split('-').map(Number)
  return `${day} ${MONTHS[(month ?? 1) - 1]} ${year}`
}

/** A sentence of the services, whose days are written as everywhere on the page. */
export const withDatesInWords = (sentence: string): string =>
  sentence.replaceAll(/\b\d{4}-\d{2}-\d{2}\b(?!-)/g, dateInWords)

/** `2026-11-21` as `21 Nov`. */
export function shortDate(date: string): string {
  const [, month, day] = date.split('-').map(Number)
  return `${day} ${MONTHS[(month ?? 1) - 1]?.slice(0, 3)}`
}

/** `2026-11-21` as `November`. */
export const monthOf = (date: string): string => MONTHS[Number(date.slice(5, 7)) - 1] ?? ''

/** `1,234` */
export const count = (value: number): string => String(Math.round(value)).replaceAll(/\B(?=(\d{3})+(?!\d))/g, ',')

/** `1 post`, `2 posts`. */
export const many = (value: number, one: string, several = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : several}`

/** Characters that turn the direction of text around, by their names in Unicode. */
const DIRECTIONS = new Map([
  ['\u202A', 'LRE'],
  ['\u202B', 'RLE'],
  ['\u202C', 'PDF'],
  ['\u202D', 'LRO'],
  ['\u202E', 'RLO'],
])

const RIGHT_TO_LEFT = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC]/

/** A name within a sentence: one that is written from right to left leaves the order of the words around it as it is. */
export const isolated = (name: string): string => (RIGHT_TO_LEFT.test(name) ? `\u2068${name}\u2069` : name)

/** A text whose direction overrides are shown by name, as in `⟨RLO⟩`, in place of working: they can hide what a post says. */
export const withVisibleDirections = (text: string): string =>
  text.replaceAll(/[\u202A-\u202E]/g, (character) => `⟨${DIRECTIONS.get(character) ?? ''}⟩`)
