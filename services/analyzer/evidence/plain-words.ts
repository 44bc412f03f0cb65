import { tokenise, shownText } from '../../../shared/text'
import { normalised } from '../../../shared/text/normalised'

/** Longer texts are truncated: their beginning shows the topic. */
const MOST_CHARACTERS = 10_000
/** An address of the web or of a person: `https://a.example/b`, `a.example/b`, `ana@a.example`. */
const isAddress = (piece: string): boolean =>
  /@|:\/\//.test(piece) || /[\p{L}\p{N}]\.\p{L}{2}/u.test(piece) || /^\P{L}*www\./iu.test(piece)
const WORD = /^\p{L}[\p{L}\p{N}_'’]+$/u

/** The words of a message, each once and in lower case, without handles, addresses, numbers and marks; a hashtag gives its bare word. */
export function plainWords(text: string): Set<string> {
  // A full-width form of an address is also an address.
  const pieces = normalised(text.slice(0, MOST_CHARACTERS), 'NFKC').split(/\s+/u)
  const plain = pieces.filter((piece) => !isAddress(piece)).join(' ')
  return new Set(tokenise(shownText(plain)).filter((token) => WORD.test(token)))
}

/** The names that a text writes with an at sign, in lower case, and their parts: `@ana@a.example` has ana, a and example. */
export function handlesIn(text: string): string[] {
  if (!/[@＠﹫]/.test(text)) return []
  return normalised(text.slice(0, MOST_CHARACTERS), 'NFKC')
    .toLowerCase()
    .split(/\s+/u)
    .filter((piece) => piece.includes('@'))
    .flatMap((piece) => piece.slice(piece.indexOf('@')).match(/[\p{L}\p{N}_]+/gu) ?? [])
}

/**
 * The name that some networks put into an author's id, in lower case, and its parts: `https://a.example/users/ana` and `hn:ana`
 * have ana. Ids without a name give words that nobody writes.
 */
export const namesInAuthorId = (authorId: string): string[] =>
  normalised(authorId.slice(0, MOST_CHARACTERS), 'NFKC')
    .toLowerCase()
    .split(/[/:]/)
    .at(-1)
    ?.match(/[\p{L}\p{N}_]+/gu) ?? []

/** Whether a word is one of these names, or ends as in `ana’s`. */
export const isNameAmong = (names: ReadonlySet<string>, word: string): boolean =>
  names.has(word) || names.has(word.replace(/['’]\p{L}+$/u, ''))
