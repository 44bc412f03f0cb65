declare const brand: unique symbol

/** A text as annotators read it and as tokens are made of it. Only this file creates one. */
export type ShownText = string & { readonly [brand]: 'shown' }

/** A text in both of its forms. */
export interface PostText {
  /** As its source wrote it, including entities: cascade ids are computed from it. */
  text: string
  shown: ShownText
}

const NOT_ASCII = /[^\x20-\x7e]/
/** Equivalent to `\p{Cc}+`, which takes twice as long. */
// oxlint-disable-next-line no-control-regex -- these are the characters that are looked for
export const CONTROL = /[\x00-\x1f\x7f-\x9f]+/g
const SURROGATE = /[\ud800-\udfff]/
/** Half of a surrogate pair: no UTF-8 file can store it. */
const UNPAIRED = /\p{Cs}/gu
const ANY_AT = /[@＠﹫]/
/** `@name`, `@name@server.example`; an e-mail address has a letter before its at sign. */
const MENTION = /(?<![\p{L}\p{N}_])[@＠﹫][\p{L}\p{N}_]+(?:[@＠﹫][\p{L}\p{N}_]+(?:[.-]+[\p{L}\p{N}_]+)*)*/gu
const ASCII_MENTION = /(?<![A-Za-z0-9_])@[A-Za-z0-9_]+(?:@[A-Za-z0-9_]+(?:[.-]+[A-Za-z0-9_]+)*)*/g
/** Applied after handles are removed: a retweet of a retweet has several. */
const REPEATED = /^(?:\s*RT\s+@user\s*:)+/i

/**
 * The text of a post as people are shown it: one line, no handle of a person in it, without the `RT @name:` of those who
 * repeat it. It decodes no entities: `textOfSource` decodes a source's own encoding first. It is idempotent.
 */
export function shownText(text: string): ShownText {
  const isAscii = !NOT_ASCII.test(text)
  return withoutHandles(isAscii ? text : text.replaceAll(CONTROL, ' '), isAscii) as ShownText
}

/** What `shownText` does once control characters are spaces. It treats every kind of white space alike. */
export function withoutHandles(text: string, isAscii: boolean): string {
  let shown = text
  if (!isAscii && SURROGATE.test(shown)) shown = shown.replaceAll(UNPAIRED, '\ufffd')
  if (isAscii ? shown.includes('@') : ANY_AT.test(shown)) {
    shown = shown.replaceAll(isAscii ? ASCII_MENTION : MENTION, '@user').replace(REPEATED, '')
  }
  return shown.trim()
}

/**
 * A shown text after a word that its source adds to the post: annotators read it, and models have it as a token. It is
 * first, because the end of a text tells whether it was cut off.
 */
export const withMark = (shown: ShownText, mark: string): ShownText => `${prefixOf(mark)}${shown}`.trim() as ShownText
export const prefixOf = (mark: string): string => `[${mark}] `

/** A text without any encoding, as in a request, a manifest or a file of labels. */
export const plainText = (text: string): PostText => ({ text, shown: shownText(text) })

/** A text known only in its shown form. */
export const textOfShown = (shown: ShownText): PostText => ({ text: shown, shown })

/** What models of version 1 read instead of the shown text: the text as its source wrote it. */
export const formOfVersion1 = ({ text }: PostText): ShownText => text as ShownText
