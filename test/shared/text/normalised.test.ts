import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { normalised } from '../../../shared/text/normalised'

const FORMS = ['NFC', 'NFKC', 'NFKD'] as const
/** The characters of the planes that have marks. */
const CHARACTERS = Array.from({ length: 0x20000 }, (_, point) => point)
  .filter((point) => point < 0xd800 || point > 0xdfff)
  .map((point) => String.fromCodePoint(point))
const isMark = (character: string) => /[\p{M}\uff9e\uff9f]/u.test(character)

describe('a normalised text', () => {
  it('equals String.normalize for any runs of combining marks', () => {
    const mark = fc.constantFrom(
      ...Array.from('\u0301\u0316\u0334\u0345\u0327\u0344\u3099\uff9e\uff9f\u0903\u0f73\u05b0\u{1d165}'),
    )
    const other = fc.constantFrom('a', 'é', 'ᾂ', 'ﷺ', 'か', '\ud800', ' ', 'Å')
    const run = fc.array(mark, { minLength: 25, maxLength: 60 }).map((marks) => marks.join(''))
    const text = fc.array(fc.oneof(run, other, mark), { maxLength: 12 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, fc.constantFrom(...FORMS), (given, form) => {
        expect(normalised(given, form)).toBe(given.normalize(form))
      }),
      { numRuns: 2000 },
    )
  })

  it('handles every mark of Unicode in a run', () => {
    const shuffled = CHARACTERS.filter(isMark)
      .map((mark, i) => [Math.imul(i + 1, 0x9e3779b1) >>> 0, mark] as const)
      .sort(([a], [b]) => a - b)
    const run = shuffled.map(([, mark]) => mark).join('')

    for (const form of FORMS) expect(normalised(`e${run}${run}`, form)).toBe(`e${run}${run}`.normalize(form))
  })

  it('includes every character that decomposes into a run of marks', () => {
    const isMoved = (mark: string) =>
      `${mark}\u0334`.normalize('NFD') !== `${mark}\u0334` || `\u0345${mark}`.normalize('NFD') !== `\u0345${mark}`
    const missed = CHARACTERS.filter((one) => !isMark(one) && isMoved(Array.from(one.normalize('NFKD'))[0] ?? ''))

    expect(missed).toEqual([])
  })

  it('takes linear time for 200,000 marks that decompose into two classes', () => {
    const text = `a${'\u0f73'.repeat(200_000)}`

    expect(normalised(text, 'NFKC')).toBe(`a${'\u0f71'.repeat(200_000)}${'\u0f72'.repeat(200_000)}`)
  })

  it('takes linear time for 200,000 alternating marks of two classes', () => {
    const text = `a${'\u0301\u0316'.repeat(100_000)}`

    expect(normalised(text, 'NFKC')).toBe(`á${'\u0316'.repeat(100_000)}${'\u0301'.repeat(99_999)}`)
  })
})
