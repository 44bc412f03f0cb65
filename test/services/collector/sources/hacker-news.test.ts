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
/** The response to the first request: how far the index has come. */
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
  it('stores an item under the prefix hn:, so that its number cannot collide with an id of another network', async () => {
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
  ])('stores the text of %s', async (_, more, text) => {
    stub.hits = [aComment(NOON, more)]

    expect(await read()).toMatchObject({ posts: [{ text }] })
  })

  it('leaves out an item without words, and refuses a malformed one', async () => {
    stub.hits = [aComment(NOON, { comment_text: null }), aComment(NOON), aComment(NOON, { author: 7 })]

    expect(await read()).toMatchObject({ posts: [{}], leftOut: { 'without words': 1 }, refused: [{ field: 'author' }] })
  })
})

describe('a day of Hacker News', () => {
  it("searches for the hashtag's words as one phrase, without typo tolerance", async () => {
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

  it('reads all of a day with more than a thousand items', async () => {
    stub.hits = Array.from({ length: 2500 }, (_, i) =>
      aComment(new Date(Date.parse(WINDOW.from) + Math.floor(i / 4) * 60_000).toISOString()),
    )
    const ids = idsOf(await walk(await open(), () => 1000))

    expect(ids).toHaveLength(2500)
    expect(new Set(ids).size).toBe(2500)
  })

  it('terminates when one second has more items than a page', async () => {
    stub.hits = [...Array.from({ length: 70 }, () => aComment(NOON)), aComment('2026-06-02T11:00:00.000Z')]
    const ids = idsOf(await walk(await open(), () => 50))

    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toContain(`hn:${stub.hits.at(-1)!.objectID}`)
  })

  it('reports a day without items as complete', async () => {
    expect(await read()).toMatchObject({ posts: [], next: null })
  })

  it.each<[string, string[]]>([
    ['has not reached the end of the day', ['2026-06-02T05:00:00.000Z']],
    ['has nothing of that day at all', ['2026-06-03T05:00:00.000Z']],
  ])('is unavailable when a day looks empty because the index %s', async (_, others) => {
    stub.others = others.map((at) => aComment(at))

    await expect(read()).rejects.toThrow(/SOURCE_UNAVAILABLE: hn: its index has nothing/)
  })

  it.each<[string, Odd, RegExp]>([
    [
      'set of deep pages only',
      { body: { hits: [], nbHits: 0, message: 'you can only fetch the 1000 hits' } },
      /only fetch the 1000/,
    ],
    ['without a list', { body: { nbHits: 1 } }, /no list of hits/],
  ])('is unavailable when it answers with one %s', async (_, odd, message) => {
    stub.odd[SEARCH] = [CURRENT, odd]

    await expect(read()).rejects.toThrow(message)
  })

  it('waits for a rate limit', async () => {
    stub.odd[SEARCH] = [{ status: 429, body: {} }]

    expect(await read()).toEqual({ waitSeconds: 300 })
  })

  it('counts a day exactly, or as an estimate when the index calls its count not exhaustive', async () => {
    stub.hits = [aComment(NOON)]
    expect(await (await open()).count(WINDOW)).toBe(1)
    stub.exhaustive = false

    expect(await (await open()).count(WINDOW)).toEqual({ about: 1 })
  })
})
