import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { scoresIn } from '../../shared/answers'
import { byName, namedRecord, ownEntry, withName } from '../../shared/by-name'
import { z } from 'zod'

const INHERITED = [...new Set([...Object.getOwnPropertyNames(Object.prototype), 'prototype'])]

/** Any name, and often one that every object has. */
const aName = fc.oneof(fc.constantFrom(...INHERITED), fc.string())

describe('a record by user-chosen names', () => {
  it('has exactly the given entries', () => {
    fc.assert(
      fc.property(fc.uniqueArray(aName, { maxLength: 8 }), aName, (names, other) => {
        const record = byName(names.map((name, i) => [name, i]))

        expect(names.map((name) => record[name])).toEqual(names.map((_, i) => i))
        expect(record[other]).toBe(names.includes(other) ? names.indexOf(other) : undefined)
        expect(withName(record, other, 99)[other]).toBe(99)
      }),
    )
  })

  it.each(INHERITED)('from JSON has no entry %s that JSON does not contain', (name) => {
    expect(namedRecord(z.number()).parse({})[name]).toBeUndefined()
    expect(ownEntry({}, name)).toBeUndefined()
  })
})

it.each(INHERITED)('gives the label %s no probability when the model does not know it', (name) => {
  expect(scoresIn(['technical', name], { technical: 0.9 })).toEqual([0.9, 0])
})
