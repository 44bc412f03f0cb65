import { expect, it } from '@jest/globals'
import { lineOf } from '../../../shared/statistics/line'

it('goes through points of a line, beside them too', () => {
  const at = lineOf([1, 2, 5].map((x) => ({ x, y: 3 - 0.5 * x })))

  expect(at(10)).toBeCloseTo(-2, 12)
})

it('has the least squares', () => {
  // Slope 9/14 and height 13/7 at x = 2, by hand.
  const at = lineOf([
    { x: 0, y: 1 },
    { x: 1, y: 1 },
    { x: 2, y: 1 },
    { x: 5, y: 4 },
  ])

  expect(at(2)).toBeCloseTo(1.75, 12)
  expect(at(3) - at(2)).toBeCloseTo(9 / 14, 12)
})

it('is level where x does not vary', () => {
  expect(lineOf([1, 2, 6].map((y) => ({ x: 4, y })))(9)).toBeCloseTo(3, 12)
})
