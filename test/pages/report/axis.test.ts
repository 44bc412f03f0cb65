import { expect, it } from '@jest/globals'
import { endOfAxis, ticksOfAxis } from '../../../pages/report/axis'

it.each([
  [[], 0.2, [0, 0.1, 0.2], [0, 0.05, 0.1, 0.15, 0.2]],
  [[0.12, 0.2], 0.2, [0, 0.1, 0.2], [0, 0.05, 0.1, 0.15, 0.2]],
  [[0.21], 0.5, [0, 0.25, 0.5], [0, 0.1, 0.2, 0.3, 0.4, 0.5]],
  [[0.3, 0.73], 1, [0, 0.5, 1], [0, 0.2, 0.4, 0.6, 0.8, 1]],
])('an axis of shares up to %p ends at %p, with a middle and steps that are easy to read', (highs, end, few, many) => {
  expect(endOfAxis(highs)).toBe(end)
  expect(ticksOfAxis(end, false)).toEqual(few)
  expect(ticksOfAxis(end, true)).toEqual(many)
})
