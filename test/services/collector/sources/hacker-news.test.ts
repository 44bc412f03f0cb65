import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { SourcePage, Wait } from '../../../../services/collector/sources/source'
import type { HackerNewsSettings } from '../../../../shared/sources/hacker-news'
import { aComment, type HackerNewsStub, startHackerNews } from '../../../stubs/hacker-news'
import type { Odd } from '../../../stubs/server'
import { idsOf, walk, WINDOW } from './contract'
import { hackerNewsOn } from './networks'

const SEARCH = '/search_by_date'
const NOON = '2026-06-02T12:00:00.000Z'
const NOW = Date.parse('2026-06-03T07:00:00Z')
/** The answer to the first question, how far the index has come. */
const CURRENT: Odd = { body: { hits: [{}], nbHits: 1 } }

let stub: HackerNewsStub
beforeEach(async () => {
  stub = await startHackerNews()
  stub.others = [aComment('2026-06-03T05:00:00.000Z'), aComment('2026-06-02T05:00:00.000Z')]
})
afterEach(() => stub.stop())

const open = (options?: Partial<HackerNewsSettings>) => hackerNewsOn(stub, () => NOW, options)

async function read(): Promise<SourcePage | Wait> {
  const page = await (await open()).read({ window: WINDOW, first: false, next: null, limit: 1000 })
  if ('exhausted' in page) throw new Error('Hacker News costs nothing')
  return page
}

describe('an item of Hacker News', () => {
  it('is stored with its address, so that its number is no id of another network', async () => {
    stub.hits = [
      aComment(NOON, {
        objectID: '44000000',
        comment_text:
          'We pay <a href="https:&#x2F;&#x2F;aws.amazon.com&#x2F;s3" rel="nofollow">aws.am...</a><p>It&#x27;s a lot',
      }),
    ]

    expect(await read()).toMatchObject({
      posts: [
        {
          id: 'hn:44000000',
          createdAt: NOON,
          authorId: 'hn:pg',
          language: '',
          source: 'hn',
          text: "We pay https://aws.amazon.com/s3\n\nIt's a lot",
        },
      ],
    })
  })

  it.each<[string, Record<string, unknown>, string]>([
    [
      'a story with words',
      { title: 'Cold starts', story_text: '<p>again</p>', comment_text: null },
      'Cold starts\nagain',
    ],
    ['a story without', { title: 'Cold starts', story_text: null, comment_text: null }, 'Cold starts'],
    ['a comment without a title', { title: null, comment_text: 'again' }, 'again'],
  ])('that is %s has its text', async (_, more, text) => {
    stub.hits = [aComment(NOON, more)]

    expect(await read()).toMatchObject({ posts: [{ text }] })
  })

  it('without words is left out, and one that cannot be read is refused', async () => {
    stub.hits = [aComment(NOON, { comment_text: null }), aComment(NOON), aComment(NOON, { author: 7 })]

    expect(await read()).toMatchObject({ posts: [{}], leftOut: { 'without words': 1 }, refused: [{ field: 'author' }] })
  })
})

describe('a day of Hacker News', () => {
  it('is searched by the words of the hashtag, together and as they are written', async () => {
    await walk(await open({ words: 'amazon "web" services', comments: false }), () => 100)
    const [, search] = stub.asked

    expect(search?.query).toMatchObject({
      query: '"amazon  web  services"',
      tags: 'story',
      typoTolerance: 'false',
      numericFilters: `created_at_i>=${Date.parse(WINDOW.from) / 1000},created_at_i<${Date.parse(WINDOW.to) / 1000}`,
      page: '0',
    })
  })

  it('of more than a thousand items is read whole', async () => {
    stub.hits = Array.from({ length: 2500 }, (_, i) =>
      aComment(new Date(Date.parse(WINDOW.from) + Math.floor(i / 4) * 60_000).toISOString()),
    )
    const ids = idsOf(await walk(await open(), () => 1000))

    expect(ids).toHaveLength(2500)
    expect(new Set(ids).size).toBe(2500)
  })

  it('comes to an end where one second has more items than a page', async () => {
    stub.hits = [...Array.from({ length: 70 }, () => aComment(NOON)), aComment('2026-06-02T11:00:00.000Z')]
    const ids = idsOf(await walk(await open(), () => 50))

    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toContain(`hn:${stub.hits.at(-1)!.objectID}`)
  })

  it('on which nothing was said is complete', async () => {
    expect(await read()).toMatchObject({ posts: [], next: null })
  })

  it.each<[string, string[]]>([
    ['has not come to the end of the day', ['2026-06-02T05:00:00.000Z']],
    ['has nothing of the day at all', ['2026-06-03T05:00:00.000Z']],
  ])('that reads as empty because the index %s is unavailable', async (_, others) => {
    stub.others = others.map((at) => aComment(at))

    await expect(read()).rejects.toThrow(/SOURCE_UNAVAILABLE: hn: its index has nothing/)
  })

  it.each<[string, Odd, RegExp]>([
    [
      'of deep pages',
      { body: { hits: [], nbHits: 0, message: 'you can only fetch the 1000 hits' } },
      /only fetch the 1000/,
    ],
    ['without a list', { body: { nbHits: 1 } }, /no list of hits/],
  ])('whose answer is one %s is unavailable', async (_, odd, message) => {
    stub.odd[SEARCH] = [CURRENT, odd]

    await expect(read()).rejects.toThrow(message)
  })

  it('waits for a rate limit', async () => {
    stub.odd[SEARCH] = [{ status: 429, body: {} }]

    expect(await read()).toEqual({ waitSeconds: 300 })
  })

  it('has a count, which is about that where the index says so', async () => {
    stub.hits = [aComment(NOON)]
    expect(await (await open()).count(WINDOW)).toBe(1)
    stub.exhaustive = false

    expect(await (await open()).count(WINDOW)).toEqual({ about: 1 })
  })
})
