import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { cascadeId, normalForm, permanentRandom } from '../../../shared/text/cascade'

const CHAOS =
  'RT @adhorn: My new post is out! Injecting Chaos to #AWS Lambda functions using Lambda Layers. https://t.co/7ObEQKClg3'

describe('the cascade of a text', () => {
  it.each([
    ['a retweet', CHAOS, 'ab746ccdec4e028a'],
    [
      'its original, with another link',
      'My new post is out! Injecting Chaos to AWS Lambda functions using Lambda Layers. http://a.b/c',
      'ab746ccdec4e028a',
    ],
    [
      'a link and hashtags',
      'Kubernetes Security Issues (CVE-2018-18264 and kubectl proxy) https://t.co/Uxj1Q84f1N #AWS #infosec',
      '3e440a75fb052280',
    ],
  ])('has the id of %s', (_, text, id) => {
    expect(cascadeId(text)).toBe(id)
  })

  it('has the normal form of its message', () => {
    expect(normalForm(CHAOS)).toBe('my new post is out injecting chaos to aws lambda functions using lambda layers')
  })

  it.each([
    ['ab746ccdec4e028a', 0.29092],
    ['3e440a75fb052280', 0.233012],
  ])('%s keeps its permanent random number', (id, random) => {
    expect(permanentRandom(id)).toBeCloseTo(random, 6)
  })

  it.each([
    ['a retweet prefix', (text: string) => `RT @someone: ${text}`],
    ['another link', (text: string) => `${text} https://t.co/abc123`],
    ['a mention', (text: string) => `@someone ${text} @another`],
    ['capitals', (text: string) => text.toUpperCase()],
    ['entities', (text: string) => text.replaceAll('&', '&amp;')],
    ['entities encoded twice', (text: string) => text.replaceAll('&', '&amp;amp;')],
    ['white space', (text: string) => `  ${text.replaceAll(' ', '  \n')} `],
  ])('does not change with %s', (_, change) => {
    const words = fc.array(fc.constantFrom('cloud', '#aws', 'R&D', 'naïve', 'día', '2026', 'a_b', 'こんにちは', '!'), {
      minLength: 1,
      maxLength: 12,
    })
    fc.assert(
      fc.property(words, (parts) => {
        const text = `cost ${parts.join(' ')}`

        expect(cascadeId(change(text))).toBe(cascadeId(text))
      }),
    )
  })

  it('is identified by the raw text when it consists of links only', () => {
    expect(cascadeId('https://a.b/1')).not.toBe(cascadeId('https://a.b/2'))
  })

  it('has evenly spread random numbers', () => {
    const below = Array.from({ length: 100_000 }, (_, i) => permanentRandom(`text ${i}`)).filter(
      (random) => random < 0.3,
    )

    expect(Math.abs(below.length / 100_000 - 0.3)).toBeLessThan(0.005)
  })
})
