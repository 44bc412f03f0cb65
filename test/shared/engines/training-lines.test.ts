import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { categoryOf, labelOfLine } from '../../../shared/engines/training-lines'

describe('labelOfLine', () => {
  it.each([
    ['a plain name', 'technical', '__label__technical'],
    ['a space', 'not sure', '__label__not%20sure'],
    ['a newline and a quote', 'a\n"b"', '__label__a%0A%22b%22'],
    ['the prefix itself', '__label__x', '__label____label__x'],
    ['a per cent sign', '100%', '__label__100%25'],
    ['non-ASCII letters', 'täglich', '__label__t%C3%A4glich'],
  ])('writes %s', (_, category, label) => {
    expect(labelOfLine(category)).toBe(label)
  })

  it('contains no white space or control character, and is reversible', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (category) => {
        expect(labelOfLine(category)).toMatch(/^__label__[\x21-\x7e]*$/)
        expect(categoryOf(labelOfLine(category))).toBe(category)
      }),
    )
  })
})

describe('categoryOf', () => {
  it.each([
    ['without its prefix', 'not%20sure', 'not sure'],
    ['that another program wrote', '__label__50%', '50%'],
  ])('reads a label %s', (_, label, category) => {
    expect(categoryOf(label)).toBe(category)
  })
})
