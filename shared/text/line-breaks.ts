import { CONTROL, withoutHandles } from './shown'

/**
 * Where the author of a text ended a line: the position of the character in the shown text that replaces it, and the position
 * twice for an empty line. It has positions only, nothing of the text.
 */
export type LineBreaks = readonly number[]

/** A line break of any system; carriage return and line feed together are one. */
const LINE_BREAK = /\r\n|[\n\v\f\r\u0085]/g
/** A text without any of these is one line, as most posts are. */
const ANY_BREAK = /[\n\v\f\r\u0085\u2028\u2029]/
/** Unicode's own, which `shownText` leaves as they are: as wide as the space that it writes for a control character. */
const LINE = '\u2028'
const PARAGRAPH = '\u2029'
/** More line breaks than any post has that people read to its end. */
const MOST = 200

/** The line breaks of a text with decoded entities; undefined if it is one line. */
export function lineBreaksOf(decoded: string): LineBreaks | undefined {
  if (!ANY_BREAK.test(decoded)) return undefined
  const marked = decoded.replaceAll(CONTROL, (run) => {
    const count = run.match(LINE_BREAK)?.length ?? 0
    return count === 0 ? ' ' : count === 1 ? LINE : PARAGRAPH
  })
  const places = [...withoutHandles(marked, false).matchAll(/[\u2028\u2029]/g)].flatMap(({ 0: mark, index }) =>
    mark === PARAGRAPH ? [index, index] : [index],
  )
  return places.length === 0 ? undefined : places.slice(0, MOST)
}

/** The line breaks of a text after another text is put in front of it. */
export const lineBreaksBehind = (prefix: string, breaks: LineBreaks | undefined): LineBreaks | undefined =>
  breaks?.map((place) => place + prefix.length)

/**
 * A shown text with its author's line breaks, but never more than one empty line between two lines. A position without a
 * space is ignored: a deletion may have replaced the text that the breaks belong to.
 */
export function withLineBreaks(shown: string, breaks: LineBreaks = []): string {
  const counts = new Map<number, number>()
  for (const place of breaks) counts.set(place, (counts.get(place) ?? 0) + 1)
  return shown
    .replaceAll(/[ \u2028\u2029]/g, (space, place: number) => '\n'.repeat(counts.get(place) ?? 0) || space)
    .replaceAll(/\n(?:[^\S\n]*\n)+/g, '\n\n')
}
