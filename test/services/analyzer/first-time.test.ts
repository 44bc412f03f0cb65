import { describe, expect, it } from '@jest/globals'
import { firstTime } from '../../../services/analyzer/first-time'

const idOf = (i: number) => String(2_060_000_000_000_000_000n + BigInt(i))
const ids = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => idOf(from + i))

describe.each([
  ['few ids', 10_000],
  ['more ids than are kept one by one', 100],
])('of %s', (_, mostExact) => {
  it('each is new once, and known ever after', () => {
    const isNew = firstTime(mostExact, 2 ** 20)

    expect(ids(0, 5000).every(isNew)).toBe(true)
    expect(ids(0, 5000).some(isNew)).toBe(false)
    expect(ids(4000, 6000).filter(isNew)).toEqual(ids(5000, 6000))
  })
})

it('takes few for others where there are too many, as the formula says', () => {
  const bits = 2 ** 16
  const isNew = firstTime(0, bits)
  for (const id of ids(0, 6000)) isNew(id)

  const mistaken = ids(6000, 6500).filter((id) => !isNew(id)).length

  // (1 − e^(−12·6250/65536))^12 = 0.01
  expect(mistaken / 500).toBeGreaterThan(0.002)
  expect(mistaken / 500).toBeLessThan(0.03)
})
