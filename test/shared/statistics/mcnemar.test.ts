import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { mcnemar } from '../../../shared/statistics/mcnemar'

it.each([
  // scipy's binomtest: statistics-refs.json.
  [4, 12, 0.076812744140625],
  [0, 0, 1],
  [3, 3, 1],
  [0, 1, 1],
  [0, 5, 2 / 32],
])("computes McNemar's exact test with %i lost and %i gained: p = %f", (lost, gained, p) => {
  expect(mcnemar(lost, gained)).toBeCloseTo(p, 12)
})

it('computes a symmetric and finite McNemar test for any size', () => {
  fc.assert(
    fc.property(fc.nat(3000), fc.nat(3000), (lost, gained) => {
      const p = mcnemar(lost, gained)
      expect(p).toBe(mcnemar(gained, lost))
      expect(p).toBeGreaterThanOrEqual(0)
      expect(p).toBeLessThanOrEqual(1)
    }),
  )
})
