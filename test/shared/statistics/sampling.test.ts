import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { drawBottomK, inclusionProbabilities } from '../../../shared/statistics/sampling'
import { permanentRandom } from '../../../shared/text/cascade'

const rounded = (numbers: readonly number[]) => numbers.map((number) => Math.round(number * 1e6) / 1e6)
const unitsOf = (sizes: readonly number[]) => sizes.map((size, i) => ({ id: `u${i}`, size }))

describe('inclusionProbabilities', () => {
  it('takes giants with certainty and divides the rest by size', () => {
    const sizes = [50, 20, 5, 5, 4, 3, 3, 3, 2, 2, 1, 1, 1]

    expect(rounded(inclusionProbabilities(sizes, 5))).toEqual([
      1, 1, 0.5, 0.5, 0.4, 0.3, 0.3, 0.3, 0.2, 0.2, 0.1, 0.1, 0.1,
    ])
  })

  it('has the weights of the R package sps', () => {
    const sizes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 100, 150]

    const weights = rounded(inclusionProbabilities(sizes, 6).map((probability) => 1 / probability))

    expect(weights.slice(10)).toEqual([1, 1])
    expect([3, 4, 6, 7, 8, 9, 10].map((size) => weights[size - 1])).toEqual([
      4.583333, 3.4375, 2.291667, 1.964286, 1.71875, 1.527778, 1.375,
    ])
  })

  it.each([
    ['no units', [], 3, []],
    ['no target', [1, 2], 0, [0, 0]],
    ['fewer units than the target', [1, 5], 3, [1, 1]],
    ['as many units as the target', [1, 5], 2, [1, 1]],
  ])('handles %s', (_, sizes, target, expected) => {
    expect(inclusionProbabilities(sizes, target)).toEqual(expected)
  })

  it('sums to the target, and stays in (0, 1]', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 60 }),
        (sizes, target) => {
          const probabilities = inclusionProbabilities(sizes, target)

          expect(probabilities.every((probability) => probability > 0 && probability <= 1)).toBe(true)
          expect(probabilities.reduce((sum, probability) => sum + probability, 0)).toBeCloseTo(
            Math.min(target, sizes.length),
            6,
          )
        },
      ),
    )
  })
})

describe('drawBottomK', () => {
  it('draws the same in any order of the units', () => {
    const units = fc.uniqueArray(
      fc.record({ id: fc.string({ minLength: 1 }), size: fc.integer({ min: 1, max: 50 }) }),
      {
        selector: ({ id }) => id,
        maxLength: 40,
      },
    )
    fc.assert(
      fc.property(units, fc.integer({ min: 0, max: 20 }), fc.nat(), (given, target, seed) => {
        const shuffled = given.toSorted(
          (a, b) => permanentRandom(a.id, String(seed)) - permanentRandom(b.id, String(seed)) || (a.id < b.id ? -1 : 1),
        )

        expect(drawBottomK(shuffled, target)).toEqual(drawBottomK(given, target))
        expect(drawBottomK(given, target)).toHaveLength(Math.min(target, given.length))
      }),
    )
  })

  it('keeps most of its members when units are added', () => {
    const units = unitsOf(Array.from({ length: 200 }, () => 1))
    const before = new Set(drawBottomK(units, 30).map(({ id }) => id))

    const after = drawBottomK([...units, ...Array.from({ length: 20 }, (_, i) => ({ id: `new${i}`, size: 1 }))], 30)

    expect(after.filter(({ id }) => before.has(id)).length).toBeGreaterThan(22)
  })

  it('includes each unit with its stated probability', () => {
    const sizes = [50, 20, 5, 5, 4, 3, 3, 3, 2, 2, 1, 1, 1]
    const salts = 20_000
    const drawn = new Map<string, number>()
    for (let salt = 0; salt < salts; salt++) {
      const random = (id: string) => permanentRandom(id, String(salt))
      for (const { id } of drawBottomK(unitsOf(sizes), 5, random)) drawn.set(id, (drawn.get(id) ?? 0) + 1)
    }

    // The method meets its probabilities only approximately; a population this small is its worst case.
    for (const [i, probability] of inclusionProbabilities(sizes, 5).entries()) {
      expect(Math.abs((drawn.get(`u${i}`) ?? 0) / salts - probability)).toBeLessThan(0.035)
    }
  })
})
