import { expect, it } from '@jest/globals'
import { qualityRecord } from '../../shared/records'
import { qualityExample, unmeasuredExample, unreliableExample } from './quality'

it.each([
  ['that are reliable', qualityExample],
  ['that are unreliable', unreliableExample],
  ['that were never measured', unmeasuredExample],
])('round-trips the quality of labels %s', (_, example) => {
  expect(qualityRecord.parse(example)).toEqual(example)
})
