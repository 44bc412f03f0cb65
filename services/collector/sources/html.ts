import { Parser } from 'htmlparser2'

/** Longer HTML is not parsed: unclosed elements take time quadratic in their number. */
export const MOST_HTML = 64 * 1024

/** Elements with an empty line around them. */
const PARAGRAPHS = new Set(['p', 'blockquote', 'pre'])
/** Elements that begin a line. */
const LINES = new Set(['ul', 'ol', 'li', 'div', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6'])
/** Elements that are not text; `rt` and `rp` repeat the word beside them. */
const UNREAD = new Set(['script', 'style', 'template', 'rp', 'rt'])
/** Mastodon's fallback of a quote, for clients that cannot show one: `RE: https://…`. */
const QUOTE_FALLBACK = 'quote-inline'

/**
 * The text of HTML as networks send it: entities decoded once, paragraphs apart, the pieces of a link or a hashtag
 * together. With `links: 'address'` a link becomes its URL, where its words are a shortened one.
 */
export function textOfHtml(html: string, { links = 'words' }: { links?: 'words' | 'address' } = {}): string {
  const parts: string[] = []
  let depth = 0
  /** Depth of the element that is being left out. */
  let unread: number | undefined
  let preformatted = 0
  // Line breaks are counted until the next words come: looking back over the text would be quadratic.
  let breaks = 0
  const breakAt = (name: string) => {
    breaks = Math.max(breaks, PARAGRAPHS.has(name) ? 2 : LINES.has(name) ? 1 : 0)
  }
  const write = (words: string) => {
    if (words === '') return
    if (parts.length > 0 && breaks > 0) parts.push('\n'.repeat(Math.min(breaks, 2)))
    breaks = 0
    parts.push(words)
  }

  const parser = new Parser(
    {
      onopentag(name, { class: classes = '', href }) {
        depth += 1
        if (unread !== undefined) return
        if (UNREAD.has(name) || classes.split(/\s+/).includes(QUOTE_FALLBACK)) {
          unread = depth
          return
        }
        if (name === 'a' && links === 'address' && href !== undefined && /^https?:\/\/\S+$/.test(href)) {
          write(href)
          unread = depth
          return
        }
        if (name === 'pre') preformatted += 1
        if (name === 'br') breaks += 1
        else breakAt(name)
      },
      ontext(data) {
        if (unread !== undefined) return
        const words = preformatted > 0 ? data : data.replaceAll(/[ \t\r\n\f]+/g, ' ')
        write(breaks > 0 || parts.length === 0 ? words.trimStart() : words)
      },
      onclosetag(name) {
        if (unread === depth) unread = undefined
        else if (unread === undefined) {
          if (name === 'pre') preformatted -= 1
          breakAt(name)
        }
        depth -= 1
      },
    },
    { decodeEntities: true },
  )
  parser.end(html)
  return parts
    .join('')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trim()
}
