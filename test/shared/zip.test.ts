import { describe, expect, it } from '@jest/globals'
import { zip } from '../../shared/zip'

describe('zip', () => {
  it('pairs elements at the same index', () => {
    expect(zip(['a', 'b'], [1, 2])).toEqual([
      ['a', 1],
      ['b', 2],
    ])
    expect(zip([], [])).toEqual([])
  })

  it.each([
    [[1], []],
    [[], [1]],
  ])('refuses %j with %j, because one list is shorter', (left, right) => {
    expect(() => zip(left, right)).toThrow(/cannot pair \d items with \d/)
  })
})
