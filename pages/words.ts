/** How our pages say numbers and days: the same everywhere, in any time zone. */

const MONTHS = 'January February March April May June July August September October November December'.split(' ')

/** `2026-11-21` as `21 November 2026`. */
export function dateInWords(date: string): string {
  const [year, month, day] = date.split('-').map(Number)
  return `${day} ${MONTHS[(month ?? 1) - 1]} ${year}`
}

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
