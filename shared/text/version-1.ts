// Frozen. Cascade ids and models of version 1 are computed with it: a change here would change permanent ids.
import { normalised } from './normalised'
import { tokensIn } from './tokens'

const NAMED: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  hellip: '…',
  ndash: '–',
  mdash: '—',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  euro: '€',
  pound: '£',
  copy: '©',
  reg: '®',
  trade: '™',
  deg: '°',
  bull: '•',
}

/** Decode the entities that version 1 knew, twice; an unknown entity stays as it is. */
export const decodeVersion1 = (text: string): string => (text.includes('&') ? decodeOnce(decodeOnce(text)) : text)

const decodeOnce = (text: string): string =>
  text.replaceAll(
    /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]{2,8}));/gi,
    (entity: string, hex?: string, decimal?: string, name?: string) => {
      if (name) return NAMED[name.toLowerCase()] ?? entity
      const point = hex ? Number.parseInt(hex, 16) : Number(decimal)
      const isCharacter = point > 0 && point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff)
      return isCharacter ? String.fromCodePoint(point) : entity
    },
  )

/** Of a text in lower case. */
const URL = /https?:\/\/\S+|\bwww\.\S+/g
const MENTION = /(?<![\p{L}\p{N}_])@[\p{L}\p{N}_]+(?:@[\p{L}\p{N}.-]+)?/gu
/** The same for a text of ASCII in lower case. */
const ASCII_MENTION = /(?<![a-z0-9_])@[a-z0-9_]+(?:@[a-z0-9.-]+)?/g

/** The tokens that a model of version 1 reads: those of the text as its source wrote it. */
export function tokeniseVersion1(text: string): string[] {
  let form = decodeVersion1(text)
  if (/[^\x20-\x7e]/.test(form)) form = normalised(form, 'NFKC').replaceAll(/\p{Cc}+/gu, ' ')
  form = form.toLowerCase()
  if (form.includes('://') || form.includes('www.')) form = form.replaceAll(URL, ' <url> ')
  if (form.includes('@')) form = form.replaceAll(/[^\x20-\x7e]/.test(form) ? MENTION : ASCII_MENTION, ' <user> ')
  return tokensIn(form)
}
