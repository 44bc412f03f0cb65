import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { lineBreaksOfPost, shownPost } from '../../../shared/posts'
import { lineBreaksOf, shownText, withLineBreaks } from '../../../shared/text'
import { aPost } from '../../given'
import { anyText } from './any-text'

/** A text with line breaks, as the desk shows it. */
const laidOut = (text: string) => withLineBreaks(shownText(text), lineBreaksOf(text))

describe('line breaks', () => {
  it.each([
    ['are none in a single line', 'one line', 'one line'],
    ['are kept where the author wrote them', 'one\ntwo\nthree', 'one\ntwo\nthree'],
    ['count CR LF as one', 'one\r\ntwo', 'one\ntwo'],
    ['leave at most one empty line', 'one\n\n\n\n\ntwo', 'one\n\ntwo'],
    ['leave one empty line for several with spaces', 'one\n \n \t\n  \ntwo', 'one\n\ntwo'],
    ['are removed at both ends', '\n\none\ntwo\n', 'one\ntwo'],
    ['are kept after a shortened handle', 'thanks @a_long_handle_of_ana\ntwo', 'thanks @user\ntwo'],
    ['are kept after a removed retweet prefix', 'RT @ana:\none\ntwo', 'one\ntwo'],
    ['include those of Unicode', 'one\u2028two\u2029three', 'one\ntwo\n\nthree'],
    ['exclude other control characters', 'one\u0000two\tthree', 'one two three'],
  ])('%s', (_, text, expected) => {
    expect(laidOut(text)).toBe(expected)
  })

  it('do not change the one-line text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const shown = shownText(text)
        const places = lineBreaksOf(text) ?? []
        expect(places.filter((place) => !/[ \u2028\u2029]/.test(shown[place] ?? ''))).toEqual([])
        expect(shownText(laidOut(text)).replaceAll(/\s+/g, ' ')).toBe(shown.replaceAll(/\s+/g, ' '))
        expect(laidOut(text)).not.toMatch(/\n\s*\n\s*\n/)
      }),
      { numRuns: 1000 },
    )
  })

  it('are limited to 200', () => {
    expect(lineBreaksOf('a\n'.repeat(1000))).toHaveLength(200)
  })

  it('change no word when they are from another text', () => {
    expect(withLineBreaks('a b cde', [1, 3, 3, 5, 90])).toBe('a\nb\n\ncde')
  })

  it("are those of a post's decoded text, after the mark of its source", () => {
    const post = aPost('1', 'R&amp;D &lt;now&gt;\nsold', { paidPartnership: 'yes' })

    expect(withLineBreaks(shownPost(post, 'html'), lineBreaksOfPost(post, 'html'))).toBe(
      '[paid_partnership] R&D <now>\nsold',
    )
  })

  it.each([
    ['line breaks', '\n'],
    ['line breaks and spaces', '\n '],
    ['short lines', 'a\n'],
    ['spaces', ' '],
  ])('are found and inserted in linear time in a text of many %s', (_, part) => {
    const text = `x\n${part.repeat(100_000)}x`
    const began = performance.now()

    laidOut(text)

    // A quadratic search takes half a minute.
    expect(performance.now() - began).toBeLessThan(2000)
  })
})
