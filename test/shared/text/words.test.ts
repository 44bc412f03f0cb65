import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { shownText, tokenise } from '../../../shared/text'
import { words } from '../../../shared/text/words'
import { anyText } from './any-text'

const TOKEN = /<url>|<user>|#?[\p{L}\p{N}_]+(?:['’]\p{L}+)?|[^\s\p{L}\p{N}_]/gu
describe('words of a text', () => {
  it('are split as by the reference expression', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(words(text)).toEqual(text.match(TOKEN) ?? [])
      }),
      { numRuns: 2000 },
    )
  })

  it('classify every character as the reference expression does', () => {
    for (let block = 0; block <= 0x10ffff; block += 0x1000) {
      const text = Array.from({ length: 0x1000 }, (_, i) => `a${String.fromCodePoint(block + i)}a `).join('')
      expect(words(text).join('\n')).toBe((text.match(TOKEN) ?? []).join('\n'))
    }
  })
})

describe('tokenise', () => {
  it('equals the step-by-step definition', () => {
    const stepByStep = (text: string) =>
      shownText(text)
        .normalize('NFKC')
        .toLowerCase()
        .replaceAll(/https?:\/\/\S+|\bwww\.\S+/giu, ' <url> ')
        .replaceAll(/(?<![\p{L}\p{N}_])@[\p{L}\p{N}_]+/gu, ' <user> ')
        .match(TOKEN) ?? []
    fc.assert(
      fc.property(anyText, (text) => {
        const expected = stepByStep(text).flatMap((token) => {
          const word = token.length > 1 && token.startsWith('#') ? token.slice(1) : token
          const bare = word.startsWith('__label__') ? word.slice(2) : word
          return word === token ? [bare] : [token, bare]
        })
        expect(tokenise(shownText(text))).toEqual(expected)
      }),
      { numRuns: 2000 },
    )
  })
})
