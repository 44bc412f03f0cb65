import { describe, expect, it } from '@jest/globals'
import { zip } from '../../shared/zip'

describe('zip', () => {
  it('pairs what stands at the same place', () => {
    expect(zip(['a', 'b'], [1, 2])).toEqual([
      ['a', 1],
      ['b', 2],
    ])
    expect(zip([], [])).toEqual([])
  })

  it.each([
    [[1], []],
    [[], [1]],
  ])('refuses %j with %j: a list is too short', (left, right) => {
    expect(() => zip(left, right)).toThrow(/cannot pair \d items with \d/)
  })
})
