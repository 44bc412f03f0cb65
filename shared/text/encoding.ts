import { decodeHTMLStrict } from 'entities/decode'
import { type LineBreaks, lineBreaksOf } from './line-breaks'
import { type PostText, shownText } from './shown'

/** How a source writes its texts: with HTML entities (`&amp;`), or plain. */
export const TEXT_ENCODINGS = ['html', 'plain'] as const
export type TextEncoding = (typeof TEXT_ENCODINGS)[number]

/**
 * A source's text in both of its forms. Entities are decoded once, and only those that end in `;`: the address
 * `?a=1&region=eu` holds none, and `&amp;lt;` is the text `&lt;`.
 */
export const textOfSource = (text: string, encoding: TextEncoding): PostText => ({
  text,
  shown: shownText(decoded(text, encoding)),
})

/** The line breaks of a text of a source. */
export const lineBreaksOfSource = (text: string, encoding: TextEncoding): LineBreaks | undefined =>
  lineBreaksOf(decoded(text, encoding))

const decoded = (text: string, encoding: TextEncoding): string =>
  encoding === 'html' && text.includes('&') ? decodeHTMLStrict(text) : text
