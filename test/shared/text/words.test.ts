import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { tokenise } from '../../../shared/text'
import { decodeEntities } from '../../../shared/text/entities'
import { words } from '../../../shared/text/words'

const TOKEN = /<url>|<user>|#?[\p{L}\p{N}_]+(?:['’]\p{L}+)?|[^\s\p{L}\p{N}_]/gu
const MARKS = [
  ..."<url>|<user>|<|#|##|'|’|don|’t|É|ﬁ|½|٣|_| |🚀|𝒳|𐐀|@ana|@ana@x.org|@ana@x_y|http://x.y/z|www.a.b|HTTPS://|&amp;".split(
    '|',
  ),
  ...'ſ|K|İ|日本|__label__|…|xwww.|ſwww.a|éwww.b|é@ana'.split('|'),
]
const CODES = ['\u00a0', '\n', '\u2028', '\u0007', '\u0085', '\ud83d', '\ude80', '\u0345', '\u200d', '#\ufe0f\u20e3']
const pieces = fc.constantFrom(...MARKS, ...CODES)
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.array(fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 3 }))).map((parts) => parts.join('')),
)

describe('words', () => {
  it('cuts as its expression does', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(words(text)).toEqual(text.match(TOKEN) ?? [])
      }),
      { numRuns: 2000 },
    )
  })

  it('knows every character as its expression does', () => {
    for (let block = 0; block <= 0x10ffff; block += 0x1000) {
      const text = Array.from({ length: 0x1000 }, (_, i) => `a${String.fromCodePoint(block + i)}a `).join('')
      expect(words(text).join('\n')).toBe((text.match(TOKEN) ?? []).join('\n'))
    }
  })
})

describe('tokenise', () => {
  it('leaves out only steps that would change nothing', () => {
    const stepByStep = (text: string) =>
      decodeEntities(text)
        .normalize('NFKC')
        .toLowerCase()
        .replaceAll(/\p{Cc}+/gu, ' ')
        .replaceAll(/https?:\/\/\S+|\bwww\.\S+/giu, ' <url> ')
        .replaceAll(/(?<![\p{L}\p{N}_])@[\p{L}\p{N}_]+(?:@[\p{L}\p{N}.-]+)?/gu, ' <user> ')
        .match(TOKEN) ?? []
    fc.assert(
      fc.property(anyText, (text) => {
        const expected = stepByStep(text).flatMap((token) => {
          const word = token.length > 1 && token.startsWith('#') ? token.slice(1) : token
          const bare = word.startsWith('__label__') ? word.slice(2) : word
          return word === token ? [bare] : [token, bare]
        })
        expect(tokenise(text)).toEqual(expected)
      }),
      { numRuns: 2000 },
    )
  })
})
