import { decodeEntities } from './entities'

/** Raised whenever `tokenise` gives other tokens for some text. It stands on every dataset and model. */
export const TEXT_VERSION = '1'

const URL = /https?:\/\/\S+|\bwww\.\S+/giu
const MENTION = /(?<![\p{L}\p{N}_])@[\p{L}\p{N}_]+(?:@[\p{L}\p{N}.-]+)?/gu
const TOKEN = /<url>|<user>|[#]?[\p{L}\p{N}_]+(?:['’][\p{L}]+)?|[^\s\p{L}\p{N}_]/gu

/**
 * The one text function of training, evaluation and prediction: a post as the tokens that the classifier sees.
 * Entities are decoded, letters lower-cased, URLs and @mentions become `<url>` and `<user>`; a hashtag stays and its
 * bare word follows it; punctuation stands alone. No token holds white space, and none can be read as a label.
 */
export function tokenise(text: string): string[] {
  const plain = decodeEntities(text)
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/\p{Cc}+/gu, ' ')
    .replaceAll(URL, ' <url> ')
    .replaceAll(MENTION, ' <user> ')
  const tokens: string[] = []
  for (const [token] of plain.matchAll(TOKEN)) {
    if (token.length > 1 && token.startsWith('#')) tokens.push(token, bare(token.slice(1)))
    else tokens.push(bare(token))
  }
  return tokens
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
