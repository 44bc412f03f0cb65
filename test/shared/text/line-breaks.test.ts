import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { lineBreaksOfPost, shownPost } from '../../../shared/posts'
import { lineBreaksOf, shownText, withLineBreaks } from '../../../shared/text'
import { aPost } from '../../given'
import { anyText } from './any-text'

/** A text as the desk shows it. */
const laidOut = (text: string) => withLineBreaks(shownText(text), lineBreaksOf(text))

describe('line breaks', () => {
  it.each([
    ['of one line are none', 'one line', 'one line'],
    ['stand where the author wrote them', 'one\ntwo\nthree', 'one\ntwo\nthree'],
    ['of Windows are one each', 'one\r\ntwo', 'one\ntwo'],
    ['leave one empty line of many', 'one\n\n\n\n\ntwo', 'one\n\ntwo'],
    ['leave one empty line where spaces fill the others', 'one\n \n \t\n  \ntwo', 'one\n\ntwo'],
    ['around the text are left out', '\n\none\ntwo\n', 'one\ntwo'],
    ['stand behind a handle that became shorter', 'thanks @a_long_handle_of_ana\ntwo', 'thanks @user\ntwo'],
    ['stand without the beginning that was left out', 'RT @ana:\none\ntwo', 'one\ntwo'],
    ['are those of Unicode too', 'one\u2028two\u2029three', 'one\ntwo\n\nthree'],
    ['are no other control characters', 'one\u0000two\tthree', 'one two three'],
  ])('%s', (_, text, expected) => {
    expect(laidOut(text)).toBe(expected)
  })

  it('leave the one line, whatever the text is', () => {
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

  it('are at most 200', () => {
    expect(lineBreaksOf('a\n'.repeat(1000))).toHaveLength(200)
  })

  it('of another text change none of its words', () => {
    expect(withLineBreaks('a b cde', [1, 3, 3, 5, 90])).toBe('a\nb\n\ncde')
  })

  it('of a post are those of its decoded text, behind what its source says of it', () => {
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
  ])('of a text of many %s are found and put in in linear time', (_, part) => {
    const text = `x\n${part.repeat(100_000)}x`
    const began = performance.now()

    laidOut(text)

    // A quadratic search takes half a minute.
    expect(performance.now() - began).toBeLessThan(2000)
  })
})
