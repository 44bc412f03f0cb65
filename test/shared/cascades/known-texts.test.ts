import { expect, it } from '@jest/globals'
import { type FirstSeen, textsFromBytes, textsToBytes } from '../../../shared/cascades/known-texts'
import type { KnownText } from '../../../shared/cascades/cascade-index'

const texts: KnownText[] = [
  {
    id: 'ab746ccdec4e028a',
    cascade: 'ab746ccdec4e028a',
    shingles: { opening: 0xffffffff, cut: false, features: Uint32Array.of(1, 2, 0xfffffffe) },
  },
  {
    id: '3e440a75fb052280',
    cascade: 'ab746ccdec4e028a',
    shingles: { opening: 0, cut: true, features: Uint32Array.of() },
  },
]

const first: FirstSeen = {
  model: 'job-1',
  labels: ['technical', 'not sure'],
  scores: new Map([
    ['ab746ccdec4e028a', [0.1234, 0.8766]],
    ['3e440a75fb052280', undefined],
    ['ffffffffffffffff', [1, 0]],
  ]),
}

it('reads known texts as they were written', () => {
  expect(textsFromBytes(textsToBytes(texts, first), 'k')).toEqual({ texts, first })
  expect(textsFromBytes(textsToBytes([]), 'k')).toEqual({
    texts: [],
    first: { model: null, labels: [], scores: new Map() },
  })
})

it('reads a file of an older release, whose cascades have no scores', () => {
  const inside = textsToBytes(texts).subarray(textsToBytes([]).length)
  const old = Buffer.concat([Buffer.from('bellwether texts 1\n'), inside])

  expect(textsFromBytes(old, 'k')).toEqual({
    texts,
    first: { model: null, labels: [], scores: new Map([['ab746ccdec4e028a', undefined]]) },
  })
})

it('names a truncated file, wherever it is cut', () => {
  const bytes = textsToBytes(texts, first)
  const whole = [[], texts.slice(0, 1), texts].map((some) => textsToBytes(some, first).length)

  for (let length = 0; length < bytes.length; length++) {
    if (whole.includes(length)) continue
    expect(() => textsFromBytes(bytes.subarray(0, length), 'a.texts')).toThrow(/OBJECT_INVALID: a\.texts: /)
  }
})

it('refuses a file of another kind', () => {
  expect(() => textsFromBytes(Buffer.from('post_id,cascade\r\n'), 'a.texts')).toThrow(
    /a\.texts: not a file of known texts/,
  )
})
