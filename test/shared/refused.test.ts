import { expect, it } from '@jest/globals'
import { refusalIn } from '../../shared/refused'

it.each([
  ['{"requestRefused":"NOT_FOUND: there is none"}', 'NOT_FOUND: there is none'],
  ['{ "more": 1, "requestRefused": "in any form" }', 'in any form'],
  ['{"refused":1}', undefined],
  ['null', undefined],
  ['"requestRefused"', undefined],
  ['', undefined],
])('reads %s as %s', (payload, why) => {
  expect(refusalIn(payload)).toBe(why)
})
