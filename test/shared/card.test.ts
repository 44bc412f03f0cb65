import { expect, it } from '@jest/globals'
import { cardRecord, championRecord, liveRecord } from '../../shared/records'
import { cardExample, championExample, liveExample } from './card'

it.each([
  ['card', cardRecord, cardExample],
  ['record of the champion', championRecord, championExample],
  ['live quality', liveRecord, liveExample],
])('parses the example of a %s', (_, schema, example) => {
  expect(schema.parse(example)).toEqual(example)
})
