import { createHash } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { makeCascadeIndex } from '../../../shared/cascades/cascade-index'
import { cascadeId } from '../../../shared/text/cascade'
import { makeNearCopies } from '../../../shared/text/near-copies'
import { likeness, type Shingles, shinglesOf } from '../../../shared/text/shingles'

const TEXT = 'We cut the cold starts of our checkout service in half by moving the SDK client out of the handler #aws'

/** The cascades of these texts in this order, as the index of each cascade's first text. */
function joined(...texts: string[]): number[] {
  const index = makeCascadeIndex()
  const ids = texts.map((text) => index.identify(text))
  return ids.map((id) => ids.indexOf(id))
}

const shingled = (text: string): Shingles => {
  const shingles = shinglesOf(text)
  if (!shingles) throw new Error(`too short: ${text}`)
  return shingles
}

it('finds the end of a truncated text as the equivalent regular expression does', () => {
  const CUT = /(?<!\S)\S*…(?:\s+https?:\/\/\S+)*\s*$/u
  const start = 'one two three four five six'
  const piece = fc.constantFrom('a', '…', ' ', '\n', 'http://', 'https://b', '#aws')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = `${start} ${pieces.join('')}`
      const whole = text.replace(CUT, '')
      // The rest of "a… …" would be truncated once more.
      fc.pre(!CUT.test(whole))
      const shingles = shinglesOf(whole)
      expect(shinglesOf(text)).toEqual(shingles && { ...shingles, cut: CUT.test(text) })
    }),
  )
})

/** Words for a text of some length. */
const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'), minLength: 1, maxLength: 6 })
const message = (minLength: number) => fc.array(word, { minLength, maxLength: 30 }).map((words) => words.join(' '))

describe('near copies of a text belong to its cascade', () => {
  it.each([
    ['one word changed', TEXT.replace('checkout', 'payment')],
    ['a hashtag added', `${TEXT} #serverless`],
    ['three words added', `${TEXT} worth a read`],
    ['a comment before it', `So true: ${TEXT}`],
    ['a retweet of a retweet', `RT @ben: RT @ana: ${TEXT}`],
    ['truncated inside a word', 'RT @ana: We cut the cold starts of our check…'],
    ['truncated, with a link at the end', 'We cut the cold starts of our checkout serv… https://t.co/x1'],
    ['truncated inside its link', 'We cut the cold starts of our checkout https://t.co/x…'],
    ['truncated, with an entity for the ellipsis', 'We cut the cold starts of our check&hellip;'],
  ])('%s', (_, copy) => {
    expect(joined(TEXT, copy)).toEqual([0, 0])
    expect(joined(copy, TEXT)).toEqual([0, 0])
  })

  it('two of different lengths that were both truncated', () => {
    expect(joined('We cut the cold starts of our checkout service in ha…', 'We cut the cold starts of o…')).toEqual([
      0, 0,
    ])
  })
})

it.each([
  [
    'another message',
    TEXT,
    'The bill of our checkout service doubled after we moved it to another region, any ideas? #aws',
  ],
  ['another text under five words', 'good morning cloud people', 'good evening cloud people'],
  ['a beginning without an ellipsis', TEXT, 'We cut the cold starts of our checkout'],
  [
    'a truncated text that continues differently',
    TEXT,
    'We cut the cold starts with a bigger memory and it cost noth…',
  ],
])('%s is another cascade', (_, a, b) => {
  expect(joined(a, b)).toEqual([0, 1])
})

it('computes the similarity of texts at the limits', () => {
  // Eight words have 15 features. One changed inner word leaves 12 of 18 in common, two leave 9 of 21.
  const eight = shingled('a b c d e f g h')

  expect(eight.features).toHaveLength(15)
  expect(likeness(eight, shingled('a b c x e f g h'))).toBeCloseTo(12 / 18)
  expect(likeness(eight, shingled('a b x d e y g h'))).toBe(0)
  // All eleven features of the six remaining words are in it.
  expect(likeness(eight, shingled('a b c d e f gg…'))).toBe(1)
})

it('joins the most similar text, and the earliest of equally similar ones', () => {
  const between = 'a b c d e f y h i j k'

  expect(joined('a b c d e f g h i j', 'a b c d e x y h i j k l', between)).toEqual([0, 1, 1])
  expect(joined('a b c d e f g h i j', 'a b c d e f g h p q r s', 'a b c d e f g h t u')).toEqual([0, 1, 0])
})

it('gives a text the id of its exact form when no near copy precedes it', () => {
  const index = makeCascadeIndex()

  expect(index.identify(TEXT)).toBe(cascadeId(TEXT))
  expect(index.identify(`${TEXT} #serverless`)).toBe(cascadeId(TEXT))
})

it.each<[string, (text: string) => string]>([
  ['a retweet', (text) => `RT @someone: ${text}`],
  ['a link', (text) => `${text} https://t.co/abc`],
  ['a mention', (text) => `@someone ${text}`],
  ['capital letters', (text) => text.toUpperCase()],
  ['an escaped mark', (text) => `${text} &amp;`],
])('keeps the id after %s', (_, changed) => {
  fc.assert(
    fc.property(fc.array(message(1), { minLength: 1, maxLength: 8 }), message(1), (earlier, text) => {
      const index = makeCascadeIndex()
      for (const one of earlier) index.identify(one)

      const id = index.identify(text)

      expect(index.identify(changed(text))).toBe(id)
    }),
  )
})

it('never changes an id later', () => {
  fc.assert(
    fc.property(fc.array(message(3), { maxLength: 12 }), fc.array(message(3), { maxLength: 12 }), (before, after) => {
      const index = makeCascadeIndex()
      const given = before.map((text) => index.identify(text))
      for (const text of after) index.identify(text)

      expect(before.map((text) => index.identify(text))).toEqual(given)
    }),
  )
})

it('continues identically when it is restored from what it learned', () => {
  fc.assert(
    fc.property(fc.array(message(3), { maxLength: 12 }), fc.array(message(3), { maxLength: 12 }), (before, after) => {
      const index = makeCascadeIndex()
      for (const text of before) index.identify(text)
      const filled = makeCascadeIndex()
      for (const known of index.learned()) filled.add(known)

      expect(after.map((text) => filled.identify(text))).toEqual(after.map((text) => index.identify(text)))
    }),
  )
})

it('finds near copies among hundreds', () => {
  const index = makeCascadeIndex()
  const texts = Array.from({ length: 600 }, (_, i) =>
    Array.from({ length: 12 }, (__, k) => `w${(i * 7919 + k * 104_729 + i * k) % 30_011}`).join(' '),
  )
  const ids = texts.map((text) => index.identify(text))

  expect(new Set(ids).size).toBe(600)
  expect(texts.map((text) => index.identify(`${text} more`))).toEqual(ids)
})

it('finds copies at the similarity limit with the expected probability of its bands', () => {
  // 24 of 40 features are common: J = 0.6, so the probability is 1-(1-0.6³)²¹ = 0.994.
  const features = (...parts: string[]) =>
    Uint32Array.from(
      parts.map((part) => Number.parseInt(createHash('sha256').update(part).digest('hex').slice(0, 8), 16)),
    ).sort()
  const own = (name: string) => Array.from({ length: 8 }, (_, k) => `${name} ${k}`)
  const text = (i: number, name: string): Shingles => ({
    features: features(...Array.from({ length: 24 }, (_, k) => `common ${i} ${k}`), ...own(`${name} ${i}`)),
    opening: 2 * i + (name === 'a' ? 1 : 0),
    cut: false,
  })
  const copies = makeNearCopies()
  const all = Array.from({ length: 300 }, (_, i) => i)
  for (const i of all) copies.add(text(i, 'a'))

  const found = all.filter((i) => copies.find(text(i, 'b'), () => true) === i)

  expect(found.length).toBeGreaterThanOrEqual(292)
})

it.each([
  ['one endless word', `${'x'.repeat(200_000)}… y ${'…'.repeat(10_000)} z`],
  ['words that were truncated before links', `${'… http://a.example '.repeat(10_000)}z`],
])('reads a text of %s in linear time', (_, text) => {
  const began = performance.now()

  shinglesOf(text)

  expect(performance.now() - began).toBeLessThan(1000)
})
