import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { compareKeys, createSortedKeys } from '../../src/s3/sorted-keys'

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))
const anyKey = fc.string({ unit: 'grapheme', maxLength: 6 })

describe('compareKeys', () => {
  it.each([
    ['a', 'b'],
    ['a', 'aa'],
    ['Z', 'a'],
    ['ﬀ', '😀'],
    ['a😀', 'a😁'],
  ])('orders %s before %s', (a, b) => {
    expect(compareKeys(a, b)).toBeLessThan(0)
    expect(compareKeys(b, a)).toBeGreaterThan(0)
  })

  it('orders like UTF-8 bytes', () => {
    fc.assert(fc.property(anyKey, anyKey, (a, b) => Math.sign(compareKeys(a, b)) === Math.sign(byBytes(a, b))))
  })
})

describe('createSortedKeys', () => {
  it('holds each key once and in order, whatever is added and removed', () => {
    const changes = fc.array(fc.record({ key: anyKey, add: fc.boolean() }))
    fc.assert(
      fc.property(changes, anyKey, (list, start) => {
        const keys = createSortedKeys()
        const expected = new Set<string>()
        for (const { key, add } of list) {
          if (add) keys.add(key)
          else keys.remove(key)
          if (add) expected.add(key)
          else expected.delete(key)
        }
        const rest = [...expected].sort(byBytes).filter((key) => byBytes(key, start) >= 0)
        expect([...keys.from(start)]).toEqual(rest)
        expect(keys.size()).toBe(expected.size)
      }),
    )
  })
})
