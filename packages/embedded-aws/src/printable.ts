// oxlint-disable-next-line no-control-regex -- these are the characters that are looked for
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g

/**
 * A text that is safe for a terminal. A file or a network may have put control characters into a name or a value, and a
 * terminal obeys them: each is replaced by its number. Line ends and tabs stay.
 */
export const printable = (text: string): string =>
  text.replaceAll(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
