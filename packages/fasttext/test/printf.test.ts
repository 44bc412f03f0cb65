import { expect, it } from '@jest/globals'
import { fixed, general } from '../src/printf'

it.each([
  [0.0625, 3, '0.062'],
  [0.1875, 3, '0.188'],
  [0.5, 0, '0'],
  [1.5, 0, '2'],
  [1, 3, '1.000'],
  [2 / 3, 6, '0.666667'],
])('prints %d with %d decimals as %s', (value, digits, shown) => {
  expect(fixed(value, digits)).toBe(shown)
})

it('prints a number without trailing zeros', () => {
  expect([general(0.5, 3), general(0.00001, 6), general(0, 3)]).toEqual(['0.5', '1e-05', '0'])
})
