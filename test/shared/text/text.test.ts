import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { readable, tokenise } from '../../../shared/text'
import { decodeEntities } from '../../../shared/text/entities'

describe('tokenise', () => {
  it.each([
    ['words and punctuation', "It's down, again!", ["it's", 'down', ',', 'again', '!']],
    ['a hashtag, with its word beside it', 'New on #AWS', ['new', 'on', '#aws', 'aws']],
    ['a link', 'see https://t.co/x?a=1#b now', ['see', '<url>', 'now']],
    ['a link without its scheme', 'www.example.com/x', ['<url>']],
    ['a mention', 'thanks @Some_One!', ['thanks', '<user>', '!']],
    ['a Fediverse mention', 'cc @ana@social.example', ['cc', '<user>']],
    ['an address of e-mail', 'a@b', ['a', '@', 'b']],
    ['entities', 'R&amp;D &lt;3', ['r', '&', 'd', '<', '3']],
    ['full-width letters', 'ＡＷＳ', ['aws']],
    ['other scripts', 'привет 世界', ['привет', '世界']],
    ['a label smuggled in', '__label__spam x', ['label__spam', 'x']],
    ['a label in a hashtag', '#__label__spam', ['#__label__spam', 'label__spam']],
    ['control characters', 'a\u0000b\nc', ['a', 'b', 'c']],
    ['nothing', ' ', []],
  ])('reads %s', (_, text, tokens) => {
    expect(tokenise(text)).toEqual(tokens)
  })

  it('never gives a token that a file would read as something else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        for (const token of tokenise(text)) {
          expect(token).toMatch(/^\S+$/u)
          expect(token.startsWith('__label__')).toBe(false)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('reads its own tokens as the same tokens, but for what stands for links, people and hashtags', () => {
    const words = fc.array(fc.stringMatching(/^[a-z0-9]{1,8}$/), { maxLength: 10 })
    fc.assert(
      fc.property(words, (parts) => {
        expect(tokenise(parts.join(' '))).toEqual(parts)
        expect(tokenise(tokenise(parts.join(' ')).join(' '))).toEqual(parts)
      }),
    )
  })
})

describe('readable', () => {
  it.each([
    ['decodes entities', 'R&amp;D', 'R&D'],
    ['hides who is spoken to', 'thanks @ana and @ben@social.example!', 'thanks @user and @user!'],
    ['leaves out who is repeated', 'RT @ana: look here', 'look here'],
    ['leaves links and hashtags', 'see https://a.b #aws', 'see https://a.b #aws'],
    ['keeps markup as text', '<script>alert(1)</script>', '<script>alert(1)</script>'],
    ['is one line', 'a\nb\u0000c', 'a b c'],
  ])('%s', (_, text, shown) => {
    expect(readable(text)).toBe(shown)
  })
})

describe('decodeEntities', () => {
  it.each([
    ['names', '&lt;b&gt; &quot;x&quot; &apos;', '<b> "x" \''],
    ['numbers', '&#65;&#x42;', 'AB'],
    ['what was encoded twice', '&amp;amp; &amp;lt;', '& <'],
    ['nothing that it does not know', '&nosuch; &#0; &#xD800; &', '&nosuch; &#0; &#xD800; &'],
  ])('decodes %s', (_, text, decoded) => {
    expect(decodeEntities(text)).toBe(decoded)
  })
})
