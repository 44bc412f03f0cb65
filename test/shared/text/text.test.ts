import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { plainText, type PostText, shownText, textFunction, textOfShown, tokenise } from '../../../shared/text'
import { textOfSource } from '../../../shared/text/encoding'
import { anyText } from './any-text'

const tokens = (text: string) => tokenise(shownText(text))

describe('tokenise', () => {
  it.each([
    ['words and punctuation', "It's down, again!", ["it's", 'down', ',', 'again', '!']],
    ['a hashtag, and its word', 'New on #AWS', ['new', 'on', '#aws', 'aws']],
    ['a link', 'see https://t.co/x?a=1#b now', ['see', '<url>', 'now']],
    ['a link without its scheme', 'www.example.com/x', ['<url>']],
    ['a mention', 'thanks @Some_One!', ['thanks', '<user>', '!']],
    ['a Fediverse mention', 'cc @ana@social.example', ['cc', '<user>']],
    ['an e-mail address', 'a@b', ['a', '@', 'b']],
    ['entities as plain text', 'R&amp;D <3', ['r', '&', 'amp', ';', 'd', '<', '3']],
    ['full-width letters', 'ＡＷＳ', ['aws']],
    ['other scripts', 'привет 世界', ['привет', '世界']],
    ['a label prefix', '__label__spam x', ['label__spam', 'x']],
    ['a label prefix in a hashtag', '#__label__spam', ['#__label__spam', 'label__spam']],
    ['control characters', 'a\u0000b\nc', ['a', 'b', 'c']],
    ['nothing', ' ', []],
  ])('reads %s', (_, text, expected) => {
    expect(tokens(text)).toEqual(expected)
  })

  it('never returns a token that a training file would read as structure', () => {
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

  it('is idempotent on words', () => {
    const words = fc.array(fc.stringMatching(/^[a-z0-9]{1,8}$/), { maxLength: 10 })
    fc.assert(
      fc.property(words, (parts) => {
        expect(tokens(parts.join(' '))).toEqual(parts)
        expect(tokens(tokens(parts.join(' ')).join(' '))).toEqual(parts)
      }),
    )
  })
})

describe('the shown text', () => {
  it.each([
    ['hides a mentioned person', 'thanks @ana and @ben@social.example!', 'thanks @user and @user!'],
    ['hides a handle in full-width characters', 'thanks ＠ana', 'thanks @user'],
    ['keeps punctuation after a handle', 'cc @ana@social.example.', 'cc @user.'],
    ['drops the author of a retweet', 'RT @ana: look here', 'look here'],
    ['drops all authors of nested retweets', 'RT @ana: RT @ben: look here', 'look here'],
    ['drops the author of a retweet from another server', 'RT @ana@social.example: look here', 'look here'],
    ['keeps links and hashtags', 'see https://a.b #aws', 'see https://a.b #aws'],
    ['keeps markup as text', '<script>alert(1)</script>', '<script>alert(1)</script>'],
    ['keeps entities as text', 'write &amp;lt; for &lt;', 'write &amp;lt; for &lt;'],
    ['is one line', 'a\nb\u0000c', 'a b c'],
    ['is valid UTF-8', 'x\ud800y', 'x\ufffdy'],
  ])('%s', (_, text, shown) => {
    expect(shownText(text)).toBe(shown)
  })

  it('is idempotent', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const shown = shownText(text)

        expect(shownText(shown)).toBe(shown)
      }),
      { numRuns: 5000 },
    )
  })
})

describe('the decoded text of a source', () => {
  it.each([
    ['names', '&lt;b&gt; &quot;x&quot; &apos; caf&eacute;', '<b> "x" \' café'],
    ['numbers', '&#65;&#x42;', 'AB'],
    ['entities once when they were encoded twice', '&amp;amp;lt;', '&amp;lt;'],
    ['no entity without its semicolon', '?a=1&region=eu&copy', '?a=1&region=eu&copy'],
    ['no unknown entity', '&nosuch; &', '&nosuch; &'],
    ['no half of a surrogate pair', '&#xD800;x', '\ufffdx'],
  ])('has decoded %s when the source is HTML', (_, text, shown) => {
    expect(textOfSource(text, 'html')).toEqual({ text, shown })
  })

  it('is unchanged when the source is plain text', () => {
    expect(textOfSource('R&amp;D', 'plain').shown).toBe('R&amp;D')
  })
})

describe('training and prediction', () => {
  it.each([
    ['a retweet', 'RT @bob: hello'],
    ['a retweet of a retweet', 'RT @bob: RT @ana: hello'],
    ['an entity', 'R&amp;D'],
    ['an entity encoded twice', '&amp;amp;lt;'],
  ])('read the same tokens of %s', (_, text) => {
    const collected = textOfSource(text, 'html')
    const { formOf, tokenise: read } = textFunction('2')
    const line = (given: PostText) => read(formOf(given)).join(' ')

    // A manifest has the shown text, which is read through the same function again.
    expect(line(plainText(collected.shown))).toBe(line(collected))
    expect(line(textOfShown(collected.shown))).toBe(line(collected))
  })

  it('refuse a text version of a later release', () => {
    expect(() => textFunction('3')).toThrow(expect.objectContaining({ code: 'MODEL_UNREADABLE' }))
  })
})
