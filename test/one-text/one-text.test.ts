import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { escapeText } from 'entities/escape'
import fc from 'fast-check'
import { ROOT } from '../../local/root'
import { anyText } from '../shared/text/any-text'
import { inPieces, messageOf, textsOf } from './messages'
import { tokensOnAllPaths } from './paths'

const PATHS = [
  'predictions of a run',
  '{"text":…} to the analyzer',
  'labelling manifest',
  'label desk',
  'settled manifest',
  'evaluation set, tokens',
  'evaluation set, shown text',
  "Ground Truth's output manifest",
  'import of plain texts',
  'export as csv, and its import',
  'export as label-studio, and its import',
  'export as manifest, and its import',
  'exported package',
]

describe('a message has the same tokens on every path', () => {
  it('when it comes from the sample posts', async () => {
    // Every fourth message; .ci/run takes all of them and the real posts.
    const texts = textsOf(readFileSync(path.join(ROOT, 'samples/posts/sample.jsonl'), 'utf8')).filter(
      (_, i) => i % 4 === 0,
    )
    for (const piece of inPieces(texts.map(messageOf), 250)) {
      const { differences, seen } = await tokensOnAllPaths(piece, 'html')

      expect(differences).toEqual([])
      // Copies of a message count once: most texts take every path, and some take none after labelling.
      for (const one of PATHS) expect([one, (seen[one] ?? 0) > 0.3 * piece.length]).toEqual([one, true])
    }
  }, 120_000)

  it.each([
    ['plain', (text: string) => text],
    ['HTML', (text: string) => escapeText(text)],
  ] as const)(
    'for any text from a source of %s',
    async (kind, encode) => {
      await fc.assert(
        fc.asyncProperty(fc.array(anyText, { minLength: 1, maxLength: 25 }), async (texts) => {
          const messages = texts.map((plain) => ({ raw: encode(plain), plain }))

          expect((await tokensOnAllPaths(messages, kind === 'plain' ? 'plain' : 'html')).differences).toEqual([])
        }),
        { numRuns: 25 },
      )
    },
    120_000,
  )
})
