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

/** Posts of messages; scores say technical or marketing. */
function tallyOf(posts: Record<string, number>, scores = [0.8, 0.2]): Tally {
  const tally = emptyTally(2)
  for (const [item, times] of Object.entries(posts)) for (let i = 0; i < times; i++) addPost(tally, item, scores)
  return tally
}

const given = new Map([[ITEM.a, { label: 'marketing' }]])
const labelOf = labelsOfMessages(LABELS, given, new Set([ITEM.d]))

describe('the label of a message', () => {
  it('is what people said', () => {
    expect(labelOf(ITEM.a, { posts: 1, scores: [0.9, 0.1] })).toEqual({ label: 'marketing', predicted: false })
  })

  it('is the model’s likeliest where nobody was asked', () => {
    expect(labelOf(ITEM.b, { posts: 1, scores: [0.9, 0.1] })).toEqual({ label: 'technical', predicted: true })
  })

  it('is none for a message that annotators flagged, or that has no scores', () => {
    expect(labelOf(ITEM.d, { posts: 1, scores: [0.9, 0.1] })).toBeUndefined()
    expect(labelOf(ITEM.b, { posts: 1, scores: undefined })).toBeUndefined()
  })
})

describe('messages', () => {
  it('the most repeated of a label come first', () => {
    expect(mostRepeated(tallyOf({ [ITEM.a]: 9, [ITEM.b]: 2, [ITEM.c]: 5, [ITEM.d]: 7 }), 'technical', labelOf)).toEqual(
      [
        { item: ITEM.c, posts: 5, predicted: true },
        { item: ITEM.b, posts: 2, predicted: true },
      ],
    )
  })

  it('moved a share by their parts of all posts: 6 of 10 after 1 of 10 is 50 points', () => {
    const now = tallyOf({ [ITEM.b]: 6, [ITEM.a]: 4 })
    const before = tallyOf({ [ITEM.b]: 1, [ITEM.c]: 4, [ITEM.a]: 5 })

    expect(mostMoving(now, before, 'technical', labelOf)).toEqual([
      { item: ITEM.b, posts: 6, before: 1, change: 0.5, predicted: true },
      { item: ITEM.c, posts: 0, before: 4, change: -0.4, predicted: true },
    ])
    expect(mostMoving(now, before, 'marketing', labelOf)[0]?.change).toBeCloseTo(-0.1)
  })

  it('moved nothing where the week before was not counted', () => {
    expect(mostMoving(tallyOf({ [ITEM.b]: 6 }), emptyTally(2), 'technical', labelOf)).toEqual([])
  })
})

describe('words', () => {
  const messages = (label: string, words: string[], count = 20, author = (i: number) => `${label} ${i}`): Worded[] =>
    Array.from({ length: count }, (_, i) => ({ words: new Set(words), label, author: author(i) }))
  const noWord: (word: string) => boolean = () => false
  const both = [...messages('technical', ['common', 'error']), ...messages('marketing', ['common', 'free'])]

  it('set a label apart: with 20 of 20 messages, a prior of 250 and none of 20, z is 1.17, which is too little', () => {
    expect(tellingWords(LABELS, both, noWord).get('technical')).toEqual([])
  })

  it('are told from 2.6 standard errors on, those that the label lacks below zero', () => {
    const others = Array.from({ length: 60 }, (_, i): Worded[] => [
      { words: new Set([`t${i}`, `u${i}`]), label: 'technical', author: `t ${i}` },
      { words: new Set([`m${i}`, `n${i}`]), label: 'marketing', author: `m ${i}` },
    ]).flat()
    const told = tellingWords(LABELS, [...both, ...others], noWord)

    // One message in seven.
    expect(told.get('technical')?.map(({ word }) => word)).toEqual([])
    // Of 600 words 60 are `error`: a prior of 100. ln(160/1140) less ln(100/1200), over √(1/160 + 1/100), is 4.09.
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

  it('are of at least five authors, and who is not known is none', () => {
    expect(telling((i) => `author ${i % 5}`)).toEqual(['error', 'free'])
    expect(telling((i) => `author ${i % 4}`)).toEqual(['free'])
    expect(telling((i) => (i < 4 ? `author ${i}` : ''))).toEqual(['free'])
  })

  it('are never private', () => {
    expect(
      telling(
        (i) => `author ${i}`,
        (word) => word === 'error',
      ),
    ).toEqual(['free'])
  })
})

describe('words of a text', () => {
  it('are in lower case, each once, a hashtag as its word, without handles, addresses, numbers and marks', () => {
    const text =
      'Lambda LAMBDA #aws 42 @ana @ben@fedi.example www.a.example b.example/x https://c.example d@e.example don’t!'

    expect([...plainWords(text)]).toEqual(['lambda', 'aws', 'don’t'])
  })

  it('of an address that hides in marks are none', () => {
    expect([...plainWords('(see:secret.example/path) "HTTPS://Secret.example" ＠Secret <a@secret.example>')]).toEqual(
      [],
    )
  })

  it('of an address in full-width forms are none', () => {
    expect([...plainWords('ｓｅｃｒｅｔ．ｅｘａｍｐｌｅ/path ｈｔｔｐｓ：／／secret ｗｗｗ．secret')]).toEqual([])
  })

  it.each([
    ['https://a.example/users/Ana', ['ana']],
    ['https://a.example/@ana', ['ana']],
    ['hn:Ana_Lee', ['ana_lee']],
    ['did:plc:abc', ['abc']],
    ['', []],
  ])('a name is known from the author’s id %s', (id, names) => {
    expect(namesInAuthorId(id)).toEqual(names)
  })

  it('a name stays one with an ending', () => {
    expect(['ana', 'ana’s', "ana's", 'anas', 'don’t'].map((word) => isNameAmong(new Set(['ana']), word))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ])
  })

  it('handles are known by each of their parts', () => {
    expect(handlesIn('RT @Ana: so says .＠ben@fedi.example, mail')).toEqual(['ana', 'ben', 'fedi', 'example'])
  })

  it('takes no longer for 200,000 characters than for their beginning', () => {
    const start = performance.now()
    for (const piece of ['@', 'a.', 'a@', 'http://… ', '@a.b'])
      for (const words of [plainWords, handlesIn]) words(piece.repeat(200_000 / piece.length))

    expect(performance.now() - start).toBeLessThan(1000)
  })
})
