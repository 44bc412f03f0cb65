import { expect, it } from '@jest/globals'
import { distinctiveness } from '../../../shared/statistics/distinctive'

const totals = { inside: 20, outside: 30, prior: 1000 }

it('measures distinctive words by the difference of log-odds in standard errors: (ln(28/992) - ln(22/1008)) / √(1/28 + 1/22)', () => {
  expect(distinctiveness({ inside: 8, outside: 2, prior: 20 }, totals)).toBeCloseTo(0.9026, 4)
})

it('gives the other group the same distinctiveness with a negative sign', () => {
  const swapped = { inside: 30, outside: 20, prior: 1000 }

  expect(distinctiveness({ inside: 2, outside: 8, prior: 20 }, swapped)).toBeCloseTo(-0.9026, 4)
})

it('gives a word that is equally frequent in both groups a distinctiveness of zero', () => {
  const equal = { inside: 30, outside: 30, prior: 1000 }

  expect(distinctiveness({ inside: 5, outside: 5, prior: 100 }, equal)).toBe(0)
})
