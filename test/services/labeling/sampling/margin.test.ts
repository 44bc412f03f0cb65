import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { byMargin, diversityFilter } from '../../../../services/labeling/sampling/margin'
import type { Classifier } from '../../../../shared/engines/classifier'
import { shownText } from '../../../../shared/text'
import { permanentRandom } from '../../../../shared/text/cascade'

/** Answers by the number that a text is. */
const model: Pick<Classifier, 'classify'> = {
  classify: async (texts) =>
    texts.map(({ shown }) => ({ probabilities: [Number(shown) / 100, 1 - Number(shown) / 100], basis: 'text' })),
}

describe('byMargin', () => {
  it('puts what the model is least sure of first', async () => {
    const candidates = ['90', '50', '75', '60'].map((text) => ({ id: `c${text}`, text: shownText(text) }))

    expect((await byMargin(candidates, model)).map(({ text }) => text)).toEqual(['50', '60', '75', '90'])
  })

  it('puts a text that holds nothing the model knows before all others, whatever the prior is', async () => {
    const unknown: Pick<Classifier, 'classify'> = {
      classify: async (texts) =>
        texts.map(({ shown }) =>
          shown === '?'
            ? { probabilities: [0.9, 0.1], basis: 'prior' }
            : { probabilities: [0.55, 0.45], basis: 'text' },
        ),
    }
    const candidates = ['55', '?', '56'].map((text) => ({ id: `c${text}`, text: shownText(text) }))

    expect((await byMargin(candidates, unknown))[0]?.text).toBe('?')
  })

  it('decides between equals by their permanent random numbers', async () => {
    const candidates = ['x', 'y', 'z', 'w'].map((id) => ({ id, text: shownText('70') }))

    const sorted = (await byMargin(candidates, model)).map(({ id }) => permanentRandom(id))

    expect(sorted).toEqual([...sorted].sort((a, b) => a - b))
  })

  it('gives the same in any order', async () => {
    const candidates = Array.from({ length: 30 }, (_, i) => ({ id: `c${i}`, text: shownText(String(50 + (i % 7))) }))

    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(candidates, { minLength: candidates.length }), async (shuffled) => {
        expect(await byMargin(shuffled, model)).toEqual(await byMargin(candidates, model))
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
