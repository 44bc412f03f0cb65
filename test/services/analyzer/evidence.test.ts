import { describe, expect, it } from '@jest/globals'
import {
  labelsOfMessages,
  mostMoving,
  mostRepeated,
  tellingWords,
  type Worded,
} from '../../../services/analyzer/evidence/evidence'
import { handlesIn, isNameAmong, namesInAuthorId, plainWords } from '../../../services/analyzer/evidence/plain-words'
import { addPost, emptyTally, type Tally } from '../../../services/analyzer/facts/tally'

const LABELS = ['technical', 'marketing']
const ITEM = { a: 'aaaaaaaaaaaaaaaa', b: 'bbbbbbbbbbbbbbbb', c: 'cccccccccccccccc', d: 'dddddddddddddddd' }

/** A tally of posts per message, with scores for technical and marketing. */
function tallyOf(posts: Record<string, number>, scores = [0.8, 0.2]): Tally {
  const tally = emptyTally(2)
  for (const [item, times] of Object.entries(posts)) for (let i = 0; i < times; i++) addPost(tally, item, scores)
  return tally
}

const given = new Map([[ITEM.a, { label: 'marketing' }]])
const labelOf = labelsOfMessages(LABELS, given, new Set([ITEM.d]))

describe('the label of a message in the evidence', () => {
  it("is the annotators' label", () => {
    expect(labelOf(ITEM.a, { posts: 1, scores: [0.9, 0.1] })).toEqual({ label: 'marketing', predicted: false })
  })

  it("is the model's most probable one when no annotator was asked", () => {
    expect(labelOf(ITEM.b, { posts: 1, scores: [0.9, 0.1] })).toEqual({ label: 'technical', predicted: true })
  })

  it('is undefined for a flagged message, or one without scores', () => {
    expect(labelOf(ITEM.d, { posts: 1, scores: [0.9, 0.1] })).toBeUndefined()
    expect(labelOf(ITEM.b, { posts: 1, scores: undefined })).toBeUndefined()
  })
})

describe('messages of the evidence', () => {
  it('are sorted by their number of copies within a label', () => {
    expect(mostRepeated(tallyOf({ [ITEM.a]: 9, [ITEM.b]: 2, [ITEM.c]: 5, [ITEM.d]: 7 }), 'technical', labelOf)).toEqual(
      [
        { item: ITEM.c, posts: 5, predicted: true },
        { item: ITEM.b, posts: 2, predicted: true },
      ],
    )
  })

  it('move a share by the change of their part of all posts: from 1 to 6 of 10 is 50 points', () => {
    const now = tallyOf({ [ITEM.b]: 6, [ITEM.a]: 4 })
    const before = tallyOf({ [ITEM.b]: 1, [ITEM.c]: 4, [ITEM.a]: 5 })

    expect(mostMoving(now, before, 'technical', labelOf)).toEqual([
      { item: ITEM.b, posts: 6, before: 1, change: 0.5, predicted: true },
      { item: ITEM.c, posts: 0, before: 4, change: -0.4, predicted: true },
    ])
    expect(mostMoving(now, before, 'marketing', labelOf)[0]?.change).toBeCloseTo(-0.1)
  })

  it('move nothing when the previous week was not counted', () => {
    expect(mostMoving(tallyOf({ [ITEM.b]: 6 }), emptyTally(2), 'technical', labelOf)).toEqual([])
  })
})

describe('telling words', () => {
  const messages = (label: string, words: string[], count = 20, author = (i: number) => `${label} ${i}`): Worded[] =>
    Array.from({ length: count }, (_, i) => ({ words: new Set(words), label, author: author(i) }))
  const noWord: (word: string) => boolean = () => false
  const both = [...messages('technical', ['common', 'error']), ...messages('marketing', ['common', 'free'])]

  it('do not set a label apart on thin evidence: 20 of 20 messages give only z = 1.17 with a prior of 250', () => {
    expect(tellingWords(LABELS, both, noWord).get('technical')).toEqual([])
  })

  it('are reported from 2.6 standard errors on, with negative z for words that the label lacks', () => {
    const others = Array.from({ length: 60 }, (_, i): Worded[] => [
      { words: new Set([`t${i}`, `u${i}`]), label: 'technical', author: `t ${i}` },
      { words: new Set([`m${i}`, `n${i}`]), label: 'marketing', author: `m ${i}` },
    ]).flat()
    const told = tellingWords(LABELS, [...both, ...others], noWord)

    // One message in seven.
    expect(told.get('technical')?.map(({ word }) => word)).toEqual([])
    // 60 of 600 words are `error`, so its prior is 100: z = (ln(160/1140) - ln(100/1200)) / √(1/160 + 1/100) = 4.09.
    const many = [...messages('technical', ['error'], 60), ...messages('marketing', ['free'], 60), ...others, ...others]
    expect(tellingWords(LABELS, many, noWord).get('technical')).toEqual([
      { word: 'error', z: 4.09, messages: 60, authors: 60 },
      { word: 'free', z: -4.09, messages: 60, authors: 60 },
    ])
  })

  const telling = (author: (i: number) => string, isPrivate = noWord) => {
    const many = [
      ...messages('technical', ['error'], 300, author),
      ...messages('marketing', ['free'], 300),
      ...messages('technical', ['other', 'words'], 200),
      ...messages('marketing', ['other', 'words'], 200),
    ]
    return tellingWords(LABELS, many, isPrivate)
      .get('technical')
      ?.map(({ word }) => word)
  }

  it('need at least five authors; unknown authors do not count', () => {
    expect(telling((i) => `author ${i % 5}`)).toEqual(['error', 'free'])
    expect(telling((i) => `author ${i % 4}`)).toEqual(['free'])
    expect(telling((i) => (i < 4 ? `author ${i}` : ''))).toEqual(['free'])
  })

  it('are never private words', () => {
    expect(
      telling(
        (i) => `author ${i}`,
        (word) => word === 'error',
      ),
    ).toEqual(['free'])
  })
})

describe('words of a text', () => {
  it('are lower case and unique, include hashtags, and exclude handles, addresses, numbers and punctuation', () => {
    const text =
      'Lambda LAMBDA #aws 42 @ana @ben@fedi.example www.a.example b.example/x https://c.example d@e.example don’t!'

    expect([...plainWords(text)]).toEqual(['lambda', 'aws', 'don’t'])
  })

  it('exclude an e-mail address that is disguised by punctuation', () => {
    expect([...plainWords('(see:secret.example/path) "HTTPS://Secret.example" ＠Secret <a@secret.example>')]).toEqual(
      [],
    )
  })

  it('exclude an e-mail address in full-width characters', () => {
    expect([...plainWords('ｓｅｃｒｅｔ．ｅｘａｍｐｌｅ/path ｈｔｔｐｓ：／／secret ｗｗｗ．secret')]).toEqual([])
  })

  it.each([
    ['https://a.example/users/Ana', ['ana']],
    ['https://a.example/@ana', ['ana']],
    ['hn:Ana_Lee', ['ana_lee']],
    ['did:plc:abc', ['abc']],
    ['', []],
  ])('knows a name from the author id %s', (id, names) => {
    expect(namesInAuthorId(id)).toEqual(names)
  })

  it('recognises a name with an ending', () => {
    expect(['ana', 'ana’s', "ana's", 'anas', 'don’t'].map((word) => isNameAmong(new Set(['ana']), word))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ])
  })

  it('recognises handles by each of their parts', () => {
    expect(handlesIn('RT @Ana: so says .＠ben@fedi.example, mail')).toEqual(['ana', 'ben', 'fedi', 'example'])
  })

  it('reads only the beginning of a text of 200,000 characters', () => {
    const start = performance.now()
    for (const piece of ['@', 'a.', 'a@', 'http://… ', '@a.b'])
      for (const words of [plainWords, handlesIn]) words(piece.repeat(200_000 / piece.length))

    expect(performance.now() - start).toBeLessThan(1000)
  })
})
