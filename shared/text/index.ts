import { decodeEntities } from './entities'
import { words } from './words'

/** Raised whenever `tokenise` gives other tokens for some text. It stands on every dataset and model. */
export const TEXT_VERSION = '1'

/** Of a text in lower case. */
const URL = /https?:\/\/\S+|\bwww\.\S+/g
const MENTION = /(?<![\p{L}\p{N}_])@[\p{L}\p{N}_]+(?:@[\p{L}\p{N}.-]+)?/gu
/** The same for a text of ASCII in lower case. */
const ASCII_MENTION = /(?<![a-z0-9_])@[a-z0-9_]+(?:@[a-z0-9.-]+)?/g

const HASH = 35
const UNDERSCORE = 95

/**
 * The one text function of training, evaluation and prediction: a post as the tokens that the classifier sees.
 * Entities are decoded, letters lower-cased, URLs and @mentions become `<url>` and `<user>`; a hashtag stays and its
 * bare word follows it; punctuation stands alone. No token holds white space, and none can be read as a label.
 */
export function tokenise(text: string): string[] {
  const tokens: string[] = []
  for (const token of words(plain(text))) {
    const first = token.charCodeAt(0)
    if (first === HASH && token.length > 1) tokens.push(token, bare(token.slice(1)))
    else tokens.push(first === UNDERSCORE ? bare(token) : token)
  }
  return tokens
}

/** The text without its form. A step that most posts do not need is taken only where its mark stands. */
function plain(text: string): string {
  let form = decodeEntities(text)
  if (/[^\x20-\x7e]/.test(form)) form = form.normalize('NFKC').replaceAll(/\p{Cc}+/gu, ' ')
  form = form.toLowerCase()
  if (form.includes('://') || form.includes('www.')) form = form.replaceAll(URL, ' <url> ')
  if (!form.includes('@')) return form
  return form.replaceAll(/[^\x20-\x7e]/.test(form) ? MENTION : ASCII_MENTION, ' <user> ')
}

/** A word that fastText would take for a label, or for its own end of line, loses its form. */
const bare = (token: string): string => (token.startsWith('__label__') ? token.slice(2) : token)

/** What annotators read: the post with entities decoded, and no handle of a person in it. */
export const readable = (text: string): string =>
  decodeEntities(text)
    .replace(/^\s*RT @[\p{L}\p{N}_]+:\s*/iu, '')
    .replaceAll(MENTION, '@user')
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim()
