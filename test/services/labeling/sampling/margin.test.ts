import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { byMargin, diversityFilter } from '../../../../services/labeling/sampling/margin'
import { shownText, TEXT_VERSION } from '../../../../shared/text'
import { permanentRandom } from '../../../../shared/text/cascade'

/** Answers by the number that a text is. */
const model = {
  textVersion: TEXT_VERSION,
  classifier: {
    rank: (texts: readonly string[]) =>
      texts.map((text) => {
        const probability = Number(text) / 100
        return [
          { label: 'a', probability },
          { label: 'b', probability: 1 - probability },
        ]
      }),
  },
}

describe('byMargin', () => {
  it('puts what the model is least sure of first', () => {
    const candidates = ['90', '50', '75', '60'].map((text) => ({ id: `c${text}`, text: shownText(text) }))

    expect(byMargin(candidates, model).map(({ text }) => text)).toEqual(['50', '60', '75', '90'])
  })

  it('decides between equals by their permanent random numbers', () => {
    const candidates = ['x', 'y', 'z', 'w'].map((id) => ({ id, text: shownText('70') }))

    const sorted = byMargin(candidates, model).map(({ id }) => permanentRandom(id))

    expect(sorted).toEqual([...sorted].sort((a, b) => a - b))
  })

  it('gives the same in any order', () => {
    const candidates = Array.from({ length: 30 }, (_, i) => ({ id: `c${i}`, text: shownText(String(50 + (i % 7))) }))

    fc.assert(
      fc.property(fc.shuffledSubarray(candidates, { minLength: candidates.length }), (shuffled) => {
        expect(byMargin(shuffled, model)).toEqual(byMargin(candidates, model))
      }),
      { numRuns: 30 },
    )
  })
})

describe('diversityFilter', () => {
  it('takes no text that has half of its features in common with one it took', () => {
    const isNew = diversityFilter()

    expect(
      [
        'a b c d e f g h',
        // Nine of 21 features are common, then 12 of 18.
        'a b x d e y g h',
        'a b c x e f g h',
        'quite another text of seven words',
      ].map((text) => isNew(shownText(text))),
    ).toEqual([true, true, false, true])
  })

  it('calls no short texts alike', () => {
    const isNew = diversityFilter()

    expect(['cloud day', 'cloud day'].map((text) => isNew(shownText(text)))).toEqual([true, true])
  })
})
