import { expect, it } from '@jest/globals'
import { contrastOf, holm, twoSided } from '../../../shared/statistics/holm'

it.each([
  [0, 1],
  [1, 0.317311],
  [1.959964, 0.05],
  [-2.575829, 0.01],
  [4, 0.0000633],
])('gives a standard score of %d the two-sided probability %d', (z, p) => {
  expect(twoSided(z)).toBeCloseTo(p, 6)
})

it('compares two estimates by both standard errors', () => {
  const { z, p } = contrastOf({ estimate: 0.5, standardError: 0.03 }, { estimate: 0.4, standardError: 0.04 })

  expect(z).toBeCloseTo(2)
  expect(p).toBeCloseTo(0.0455, 4)
})

it('treats estimates without an error as surely different or equal', () => {
  const exactly = (estimate: number) => ({ estimate, standardError: 0 })

  expect(contrastOf(exactly(0.5), exactly(0.5))).toEqual({ z: 0, p: 1 })
  expect(contrastOf(exactly(0.4), exactly(0.5))).toEqual({ z: -Infinity, p: 0 })
})

/** The example of Holm 1979 with four hypotheses at 5 %: 0.005 ≤ .05/4 and 0.01 ≤ .05/3 are rejected, 0.03 > .05/2 is not. */
it('rejects step by step, and nothing after the first hypothesis it keeps', () => {
  expect(holm([0.01, 0.04, 0.03, 0.005], 0.05)).toEqual([true, false, false, true])
  expect(holm([0.013, 0.001], 0.012)).toEqual([false, true])
  expect(holm([], 0.05)).toEqual([])
})
