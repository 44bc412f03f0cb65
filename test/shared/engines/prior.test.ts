import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { answersOf } from '../../../shared/answers'
import { withPrior } from '../../../shared/engines/classifier'
import type { Model } from '../../../shared/engines/engine'
import { priorFor, priorOf } from '../../../shared/engines/prior'
import { plainText, TEXT_VERSION } from '../../../shared/text'

const drawn = (label: string, inclusionProbability: number | null) => ({ label, inclusionProbability })

describe('the prior of a training set', () => {
  it('is the share of each label among all messages, weighted by inclusion probability', () => {
    expect(priorOf([drawn('a', 0.5), drawn('a', 1), drawn('b', 0.2)])).toEqual({ a: 0.375, b: 0.625 })
  })

  it('counts every label once when one inclusion probability is unknown', () => {
    expect(priorOf([drawn('b', null), drawn('a', null), drawn('b', 0.5)])).toEqual({ a: 0.333333, b: 0.666667 })
  })

  it('is empty without labels', () => {
    expect(priorOf([])).toEqual({})
  })

  it('does not depend on the order of labels, and sums to one', () => {
    const label = fc.record({
      label: fc.constantFrom('a', 'b', '__proto__'),
      inclusionProbability: fc.option(fc.double({ min: 0.01, max: 1, noNaN: true })),
    })
    fc.assert(
      fc.property(fc.array(label, { minLength: 1 }), (labels) => {
        const prior = priorOf(labels)

        expect(Object.values(prior).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 4)
        const again = priorOf([...labels].reverse())
        for (const [name, share] of Object.entries(prior)) expect(again[name]).toBeCloseTo(share, 5)
      }),
    )
  })
})

describe('the prior of a model', () => {
  it.each([
    ['restricted to its labels, in their order', { b: 0.125, a: 0.375, c: 0.5 }, [0.75, 0.25]],
    ['uniform when it has none of the labels', { c: 1 }, [0.5, 0.5]],
    ['uniform for a model of an older release', null, [0.5, 0.5]],
  ])('is %s', (_, prior, shares) => {
    expect(priorFor(['a', 'b'], prior)).toEqual(shares)
  })
})

describe('a text without any word that the model knows', () => {
  const model: Model = {
    labels: ['marketing', 'technical'],
    classify: async (messages) => messages.map((message) => (message === 'known' ? [0.1, 0.9] : undefined)),
  }
  const classifier = withPrior(model, { marketing: 0.3, technical: 0.7 }, TEXT_VERSION)

  it('gets the prior, unchanged by the temperature, and is marked as such', async () => {
    const [known, unknown] = await answersOf({ classifier, temperature: 2 }, ['known', 'xyzzy'].map(plainText))

    expect(unknown).toEqual({
      label: 'technical',
      probability: 0.7,
      probabilities: { marketing: 0.3, technical: 0.7 },
      basis: 'prior',
    })
    expect(known).toMatchObject({ label: 'technical', basis: 'text', probability: expect.closeTo(0.75, 6) })
  })
})
