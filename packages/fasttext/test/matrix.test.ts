import { expect, it } from '@jest/globals'
import { addRows } from '../src/matrix'

const ROWS = 7

it.each([1, 4, 5, 9, 10, 12, 23])('adds rows of %i columns in 32-bit arithmetic, whatever the stride', (columns) => {
  const stride = columns + 3
  const data = Float32Array.from({ length: ROWS * stride }, (_, i) => Math.sin(i * 1.7) * 10 ** (i % 9))
  const begun = Float32Array.from({ length: columns }, (_, column) => column / 3)
  // 9 is past the last row and adds nothing; 0 comes after `count`.
  const indices = Int32Array.of(3, 1, 9, 6, 1, 0)
  const expected = begun.slice()
  for (const row of [3, 1, 6, 1]) expected.forEach((_, column) => (expected[column]! += data[row * stride + column]!))

  const sum = begun.slice()
  addRows({ data, rows: ROWS, columns, stride }, indices, 5, sum)

  expect(sum).toEqual(expected)
})
