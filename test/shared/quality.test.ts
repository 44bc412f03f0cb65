import { expect, it } from '@jest/globals'
import { qualityRecord } from '../../shared/records'
import { qualityExample, unmeasuredExample, unreliableExample } from './quality'

it.each([
  ['that hold', qualityExample],
  ['that do not', unreliableExample],
  ['that nobody measured', unmeasuredExample],
])('keeps the quality of labels %s as it is', (_, example) => {
  expect(qualityRecord.parse(example)).toEqual(example)
})
