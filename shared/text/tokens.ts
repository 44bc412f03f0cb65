import { words } from './words'

const HASH = 35
const UNDERSCORE = 95

/** The tokens of a text in its plain form: a hashtag stays and its bare word follows it; none can be read as a label. */
export function tokensIn(form: string): string[] {
  const tokens: string[] = []
  for (const token of words(form)) {
    const first = token.charCodeAt(0)
    if (first === HASH && token.length > 1) tokens.push(token, bare(token.slice(1)))
    else tokens.push(first === UNDERSCORE ? bare(token) : token)
  }
  return tokens
}

/** A word that fastText would take for a label, or for its own end of line, is changed. */
const bare = (token: string): string => (token.startsWith('__label__') ? token.slice(2) : token)
