import { expect, it } from '@jest/globals'
import { textsFromBytes, textsToBytes } from '../../../shared/cascades/known-texts'
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

it('reads what was written', () => {
  expect(textsFromBytes(textsToBytes(texts), 'k')).toEqual(texts)
  expect(textsFromBytes(textsToBytes([]), 'k')).toEqual([])
})

it('names the file that is cut short, wherever', () => {
  const bytes = textsToBytes(texts)
  const whole = [[], texts.slice(0, 1), texts].map((some) => textsToBytes(some).length)

  for (let length = 0; length < bytes.length; length++) {
    if (whole.includes(length)) continue
    expect(() => textsFromBytes(bytes.subarray(0, length), 'a.texts')).toThrow(/OBJECT_INVALID: a\.texts: /)
  }
})

it('refuses a file of something else', () => {
  expect(() => textsFromBytes(Buffer.from('post_id,cascade\r\n'), 'a.texts')).toThrow(
    /a\.texts: not a file of known texts/,
  )
})
