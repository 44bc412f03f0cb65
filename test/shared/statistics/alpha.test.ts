import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { alphaOf, alphaWithInterval } from '../../../shared/statistics/alpha'

/** One string per judge, one character per unit, `.` for a missing judgement. */
const unitsOf = (...judges: string[]) =>
  Array.from(judges[0] ?? '', (_, i) => judges.map((judge) => judge.charAt(i)).filter((value) => value !== '.'))

describe('alphaOf', () => {
  it.each([
    ['two judges and two values', ['0100000010', '1110010000'], 0.095],
    ['two judges and five values', ['aabbdcccedda', 'babbbccceddd'], 0.692],
    ['four judges with gaps', ['123321412...', '1233224125.3', '.3332342251.', '12332441251.'], 0.743],
  ])('is the textbook value for %s', (_, judges, expected) => {
    expect(alphaOf(unitsOf(...judges))).toBeCloseTo(expected, 3)
  })

  it.each([
    ['they agree on everything', ['ab', 'ab'], 1],
    ['they always say the same one value', ['aa', 'aa'], null],
    ['nothing was judged twice', ['ab', '..'], null],
    ['there are no units', [''], null],
  ])('is defined when %s', (_, judges, expected) => {
    expect(alphaOf(unitsOf(...judges))).toBe(expected)
  })

  const values = fc.array(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 4 }), { maxLength: 30 })

  it('does not depend on the order of units and judges, or on the names of values', () => {
    const renamed: Record<string, string> = { a: 'c', b: 'a', c: 'b' }
    fc.assert(
      fc.property(values, (units) => {
        const alpha = alphaOf(units) ?? 2

        expect(alphaOf(units.map((unit) => [...unit].reverse()).reverse()) ?? 2).toBeCloseTo(alpha, 9)
        expect(alphaOf(units.map((unit) => unit.map((value) => renamed[value] ?? ''))) ?? 2).toBeCloseTo(alpha, 9)
        expect(alpha === 2 || alpha <= 1).toBe(true)
      }),
    )
  })
})

describe('alphaWithInterval', () => {
  const units = Array.from({ length: 200 }, (_, i) => (i % 5 === 0 ? ['a', 'b'] : i % 2 ? ['a', 'a'] : ['b', 'b']))

  it('contains the value, and is deterministic', () => {
    const { value, low, high } = alphaWithInterval(units)

    expect(value).toBeCloseTo(0.6, 1)
    expect(low).toBeLessThan(value ?? 0)
    expect(high).toBeGreaterThan(value ?? 1)
    expect(alphaWithInterval(units)).toEqual(alphaWithInterval(units))
  })

  it('is narrower when more was judged twice', () => {
    const width = ({ low, high }: { low: number | null; high: number | null }) => (high ?? 0) - (low ?? 0)

    expect(width(alphaWithInterval([...units, ...units, ...units]))).toBeLessThan(width(alphaWithInterval(units)))
  })

  it('is undefined when nothing was judged twice', () => {
    expect(alphaWithInterval([['a'], []])).toEqual({ value: null, low: null, high: null, items: 0 })
  })
})
