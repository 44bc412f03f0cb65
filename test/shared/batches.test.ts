import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { byBatch, isOfADay } from '../../shared/batches'

const SORTED = [
  '2026-11-21',
  '2026-11-21-2',
  '2026-11-21-9',
  '2026-11-21-10',
  '2026-11-21-100',
  '2026-11-22',
  '2026-11-22-2',
  'correction-0123456789abcdef',
  'import-0123456789abcdef',
  'import-1123456789abcdef',
]

describe('the order of batches', () => {
  it('goes by day and number, then by name for other batches', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(SORTED, { minLength: SORTED.length }), (shuffled) => {
        expect(shuffled.sort(byBatch)).toEqual(SORTED)
      }),
    )
  })

  it.each([
    ['2026-11-21', true],
    ['2026-11-21-10', true],
    ['import-0123456789abcdef', false],
    ['correction-0123456789abcdef', false],
  ])('knows whether the batch %s belongs to a day', (batch, is) => {
    expect(isOfADay(batch)).toBe(is)
  })
})
