import { describe, expect, it } from '@jest/globals'
import { readRange } from '../../src/s3/range'

describe('readRange', () => {
  it.each([
    ['bytes=0-4', 10, { first: 0, last: 4 }],
    ['bytes=5-', 10, { first: 5, last: 9 }],
    ['bytes=5-99', 10, { first: 5, last: 9 }],
    ['bytes=-3', 10, { first: 7, last: 9 }],
    ['bytes=-30', 10, { first: 0, last: 9 }],
    [undefined, 10, undefined],
    ['bytes=', 10, undefined],
    ['bytes=4-2', 10, undefined],
    ['bytes=0-1,3-4', 10, undefined],
    ['lines=0-1', 10, undefined],
  ])('reads %s of %i bytes', (header, size, range) => {
    expect(readRange(header, size)).toEqual(range)
  })

  it.each([
    ['bytes=10-', 10],
    ['bytes=-0', 10],
    ['bytes=0-', 0],
    ['bytes=-5', 0],
  ])('has no byte for %s of %i', (header, size) => {
    expect(() => readRange(header, size)).toThrow(expect.objectContaining({ status: 416 }))
  })
})
