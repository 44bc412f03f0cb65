import fc from 'fast-check'
import { expect, it } from '@jest/globals'
import { fnv1a } from '../src/hashing'
import { makeTokens, tokenise } from '../src/tokeniser'

it('finds the same tokens and hashes as splitting at white space and NUL, for any bytes', () => {
  const bytes = fc.array(fc.oneof(fc.constantFrom(0, 9, 10, 11, 12, 13, 32, 97, 195), fc.nat(255)), { maxLength: 200 })
  fc.assert(
    fc.property(bytes, (values) => {
      const text = Uint8Array.from(values)
      const tokens = makeTokens(text.length)
      tokenise(text, text.length, tokens)
      const found = Array.from({ length: tokens.count }, (_, t) => {
        const [from, to] = [tokens.starts[t]!, tokens.ends[t]!]
        if (to > from) expect(tokens.hashes[t]! >>> 0).toBe(fnv1a(text, from, to))
        return to > from ? Buffer.from(text.subarray(from, to)).toString('latin1') : '\n'
      })
      const expected =
        Buffer.from(text)
          .toString('latin1')
          .match(/\n|[^\n\t\v\f\r \0]+/g) ?? []
      expect(found).toEqual([...expected])
    }),
  )
})
