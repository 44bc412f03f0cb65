import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { plainText, type PostText, shownText, textFunction, textOfShown, tokenise } from '../../../shared/text'
import { textOfSource } from '../../../shared/text/encoding'
import { anyText } from './any-text'

const tokens = (text: string) => tokenise(shownText(text))

describe('tokenise', () => {
  it.each([
    ['words and punctuation', "It's down, again!", ["it's", 'down', ',', 'again', '!']],
    ['a hashtag, with its word beside it', 'New on #AWS', ['new', 'on', '#aws', 'aws']],
    ['a link', 'see https://t.co/x?a=1#b now', ['see', '<url>', 'now']],
    ['a link without its scheme', 'www.example.com/x', ['<url>']],
    ['a mention', 'thanks @Some_One!', ['thanks', '<user>', '!']],
    ['a Fediverse mention', 'cc @ana@social.example', ['cc', '<user>']],
    ['an address of e-mail', 'a@b', ['a', '@', 'b']],
    ['what looks like entities, as it is', 'R&amp;D <3', ['r', '&', 'amp', ';', 'd', '<', '3']],
    ['full-width letters', 'ＡＷＳ', ['aws']],
    ['other scripts', 'привет 世界', ['привет', '世界']],
    ['a label smuggled in', '__label__spam x', ['label__spam', 'x']],
    ['a label in a hashtag', '#__label__spam', ['#__label__spam', 'label__spam']],
    ['control characters', 'a\u0000b\nc', ['a', 'b', 'c']],
    ['nothing', ' ', []],
  ])('reads %s', (_, text, expected) => {
    expect(tokens(text)).toEqual(expected)
  })

  it('never gives a token that a file would read as something else', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const token of tokens(text)) {
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
        expect(tokens(parts.join(' '))).toEqual(parts)
        expect(tokens(tokens(parts.join(' ')).join(' '))).toEqual(parts)
      }),
    )
  })
})

describe('a shown text', () => {
  it.each([
    ['hides who is spoken to', 'thanks @ana and @ben@social.example!', 'thanks @user and @user!'],
    ['hides a handle in wide characters', 'thanks ＠ana', 'thanks @user'],
    ['leaves the end of the sentence behind a handle', 'cc @ana@social.example.', 'cc @user.'],
    ['leaves out who is repeated', 'RT @ana: look here', 'look here'],
    ['leaves out all who are repeated', 'RT @ana: RT @ben: look here', 'look here'],
    ['leaves out who is repeated from another server', 'RT @ana@social.example: look here', 'look here'],
    ['leaves links and hashtags', 'see https://a.b #aws', 'see https://a.b #aws'],
    ['keeps markup as text', '<script>alert(1)</script>', '<script>alert(1)</script>'],
    ['keeps entities as text', 'write &amp;lt; for &lt;', 'write &amp;lt; for &lt;'],
    ['is one line', 'a\nb\u0000c', 'a b c'],
    ['is what a UTF-8 file can keep', 'x\ud800y', 'x\ufffdy'],
  ])('%s', (_, text, shown) => {
    expect(shownText(text)).toBe(shown)
  })

  it('is its own shown text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const shown = shownText(text)

        expect(shownText(shown)).toBe(shown)
      }),
      { numRuns: 5000 },
    )
  })
})

describe('the text of a source', () => {
  it.each([
    ['names', '&lt;b&gt; &quot;x&quot; &apos; caf&eacute;', '<b> "x" \' café'],
    ['numbers', '&#65;&#x42;', 'AB'],
    ['what was encoded twice, once', '&amp;amp;lt;', '&amp;lt;'],
    ['no name without its semicolon', '?a=1&region=eu&copy', '?a=1&region=eu&copy'],
    ['nothing that it does not know', '&nosuch; &', '&nosuch; &'],
    ['no half of a surrogate pair', '&#xD800;x', '\ufffdx'],
  ])('that is HTML is shown with %s decoded', (_, text, shown) => {
    expect(textOfSource(text, 'html')).toEqual({ text, shown })
  })

  it('that is plain is shown as it is', () => {
    expect(textOfSource('R&amp;D', 'plain').shown).toBe('R&amp;D')
  })
})

describe('training and prediction', () => {
  it.each([
    ['a retweet', 'RT @bob: hello'],
    ['a retweet of a retweet', 'RT @bob: RT @ana: hello'],
    ['an entity', 'R&amp;D'],
    ['an entity of an entity', '&amp;amp;lt;'],
  ])('read the same tokens of %s', (_, text) => {
    const collected = textOfSource(text, 'html')
    const { formOf, tokenise: read } = textFunction('2')
    const line = (given: PostText) => read(formOf(given)).join(' ')

    // A manifest holds the shown text, and what it holds is read through the same function.
    expect(line(plainText(collected.shown))).toBe(line(collected))
    expect(line(textOfShown(collected.shown))).toBe(line(collected))
  })

  it('refuse a version of the text function that comes from a later release', () => {
    expect(() => textFunction('3')).toThrow(expect.objectContaining({ code: 'MODEL_UNREADABLE' }))
  })
})
