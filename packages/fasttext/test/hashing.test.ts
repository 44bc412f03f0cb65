import fc from 'fast-check'
import { describe, expect, it } from '@jest/globals'
import { fnv1a, ngramBuckets, ngramCount, remainder64 } from '../src/hashing'

describe('fnv1a', () => {
  it.each([
    ['', 2166136261],
    ['a', 0xe40c292c],
    ['foobar', 0xbf9cf968],
  ])('has the published value for %j', (text, hash) => {
    const bytes = Buffer.from(text)
    expect(fnv1a(bytes, 0, bytes.length)).toBe(hash)
  })

  it('reads a byte above 127 as negative, as fastText does', () => {
    const signed = Number(BigInt.asUintN(32, BigInt.asUintN(32, 2166136261n ^ BigInt.asUintN(32, -61n)) * 16777619n))
    expect(fnv1a(Uint8Array.of(0xc3), 0, 1)).toBe(signed)
  })
})

describe('ngramBuckets', () => {
  const buckets = fc.integer({ min: 1, max: 2 ** 31 - 1 })
  const hashes = fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { maxLength: 12 })

  it('equals 64-bit arithmetic for any hashes, length and number of buckets', () => {
    fc.assert(
      fc.property(hashes, fc.integer({ min: 1, max: 6 }), buckets, (words, longest, size) => {
        const out = new Int32Array(ngramCount(words.length, longest))
        const end = ngramBuckets(Int32Array.from(words), words.length, longest, size, out, 0)
        expect([...out]).toEqual(exactly(words, longest, size))
        expect(end).toBe(out.length)
      }),
    )
  })
})

it('remainder64 is the remainder of the two halves', () => {
  const half = fc.integer({ min: 0, max: 2 ** 32 - 1 })
  fc.assert(
    fc.property(half, half, fc.integer({ min: 1, max: 2 ** 31 - 1 }), (high, low, divisor) => {
      const exact = ((BigInt(high) << 32n) | BigInt(low)) % BigInt(divisor)
      expect(remainder64(high, low, divisor)).toBe(Number(exact))
    }),
  )
})

function exactly(hashes: number[], longest: number, buckets: number): number[] {
  return hashes.flatMap((first, i) => {
    let h = BigInt.asUintN(64, BigInt(first))
    return hashes.slice(i + 1, i + longest).map((next) => {
      h = BigInt.asUintN(64, h * 116049371n + BigInt(next))
      return Number(h % BigInt(buckets))
    })
  })
}
