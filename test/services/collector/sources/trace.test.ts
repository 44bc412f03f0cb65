import { afterEach, expect, it } from '@jest/globals'
import { aPostView, startBluesky } from '../../../stubs/bluesky'
import { aComment, startHackerNews } from '../../../stubs/hacker-news'
import { aStatus, startMastodon } from '../../../stubs/mastodon'
import { startXStub } from '../../../stubs/x'
import type { Source } from '../../../../services/collector/sources/source'
import { WINDOW } from './contract'
import { blueskyOn, hackerNewsOn, mastodonOn, xOn } from './networks'

const NOON = '2026-06-02T12:00:00.000Z'
const nowMs = () => Date.parse('2026-06-03T07:00:00Z')

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

/** Sources with one malformed row, and the trace that is expected of it. */
const ROWS: Record<string, () => Promise<{ source: Source; trace: object }>> = {
  Mastodon: async () => {
    const stub = await startMastodon()
    stops.push(stub.stop)
    stub.statuses = [aStatus(NOON, { uri: 'https://b.example/1', content: null })]
    return {
      source: await mastodonOn(stub, nowMs),
      trace: { id: 'https://b.example/1', authorId: 'https://b.example/users/bob', retweetOf: '' },
    }
  },
  Bluesky: async () => {
    const stub = await startBluesky()
    stops.push(stub.stop)
    stub.posts = [{ ...aPostView(NOON, { uri: 'at://did:plc:zyxw/1' }), record: { createdAt: NOON, text: 7 } }]
    return {
      source: await blueskyOn(stub, nowMs),
      trace: { id: 'at://did:plc:zyxw/1', authorId: 'did:plc:zyxw', retweetOf: '' },
    }
  },
  'Hacker News': async () => {
    const stub = await startHackerNews()
    stops.push(stub.stop)
    stub.hits = [aComment(NOON, { objectID: '41', comment_text: 7 })]
    stub.others = [aComment('2026-06-03T06:00:00.000Z')]
    return { source: await hackerNewsOn(stub, nowMs), trace: { id: 'hn:41', authorId: 'hn:pg', retweetOf: '' } }
  },
  X: async () => {
    const stub = await startXStub()
    stops.push(stub.stop)
    const row = {
      id: '41',
      created_at: NOON,
      text: 7,
      author_id: 9,
      referenced_tweets: [{ type: 'retweeted', id: '40' }],
    }
    stub.posts = [{ ...row, text: String(row.text), lang: { of: 'no kind' } }]
    return { source: await xOn(stub, nowMs), trace: { id: '41', authorId: '9', retweetOf: '40' } }
  },
}

it.each(Object.entries(ROWS))('traces a malformed row of %s to its author and its post', async (_, start) => {
  const { source, trace } = await start()

  const page = await source.read({ window: WINDOW, first: true, next: null, limit: source.page.most })

  expect(page).toMatchObject({ posts: [], refused: [{ trace }] })
})
