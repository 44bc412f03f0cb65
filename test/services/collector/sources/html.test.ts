import { describe, expect, it } from '@jest/globals'
import { MOST_HTML, textOfHtml } from '../../../../services/collector/sources/html'

describe('the text of HTML', () => {
  it.each([
    ['a paragraph', '<p>Cold starts again</p>', 'Cold starts again'],
    ['paragraphs apart', '<p>one</p><p>two</p>', 'one\n\ntwo'],
    ['lines', 'one<br>two<br />three<br/>four', 'one\ntwo\nthree\nfour'],
    ['no more than one empty line', 'one<br><br><br><br>two', 'one\n\ntwo'],
    [
      'a hashtag in one piece',
      '<p>on <a href="https://a.example/tags/AWS" class="mention hashtag" rel="tag">#<span>AWS</span></a> today</p>',
      'on #AWS today',
    ],
    [
      'a mention in one piece',
      '<span class="h-card"><a href="https://b.example/@bob" class="u-url mention">@<span>bob</span></a></span> hi',
      '@bob hi',
    ],
    [
      'a link whole',
      '<a href="https://aws.amazon.com/x-y"><span class="invisible">https://</span><span class="ellipsis">aws.amazon.com/x</span><span class="invisible">-y</span></a>',
      'https://aws.amazon.com/x-y',
    ],
    ['no quote fallback', '<p class="quote-inline">RE: <a href="https://a.example/1">x</a></p><p>agreed</p>', 'agreed'],
    ['entities decoded once', '<p>R&amp;D &amp;lt;b&amp;gt; &#x27;x&#39;</p>', "R&D &lt;b&gt; 'x'"],
    ['plain text', 'no markup at all', 'no markup at all'],
    ['an unclosed paragraph', '<p>one<p>two', 'one\n\ntwo'],
    ['a list', '<ul><li>one</li><li>two</li></ul>', 'one\ntwo'],
    ['ruby without its readings', '<ruby>雲<rp>(</rp><rt>くも</rt><rp>)</rp></ruby>', '雲'],
    ['nothing that is executed', '<script>alert(1)</script><style>p{}</style>a<template>b</template>', 'a'],
    ['an empty text for empty input', '<p></p>', ''],
    ['an emoji alone', '<p>🚀</p>', '🚀'],
    ['a custom emoji by its name', '<p>:blobcat: hi</p>', ':blobcat: hi'],
    ['preformatted text as it is', '<pre><code>a\n  b</code></pre>', 'a\n  b'],
    ['direction marks and control characters', 'a\u0000b\u202ec', 'a\u0000b\u202ec'],
    ['blanks as one', 'a \n\t  b', 'a b'],
  ])('keeps %s', (_, html, text) => {
    expect(textOfHtml(html)).toBe(text)
  })

  it('keeps the full address of a shortened link when the caller asks for it', () => {
    const html =
      'see <a href="https:&#x2F;&#x2F;aws.amazon.com&#x2F;long" rel="nofollow">https:&#x2F;&#x2F;aws.am...</a>.'

    expect(textOfHtml(html, { links: 'address' })).toBe('see https://aws.amazon.com/long.')
    expect(textOfHtml('<a href="javascript:x">y</a>', { links: 'address' })).toBe('y')
  })

  it.each([
    ['open spans', '<span>'],
    ['breaks', '<br>'],
    ['blanks', ' '],
    ['less-than signs', '<'],
    ['ampersands', '&'],
    ['closed quotes', '<blockquote>a</blockquote>'],
  ])('parses the largest accepted number of %s in little time', (_, piece) => {
    const html = piece.repeat(Math.floor(MOST_HTML / piece.length))
    const began = performance.now()
    textOfHtml(html)

    expect(performance.now() - began).toBeLessThan(2000)
  })
})
