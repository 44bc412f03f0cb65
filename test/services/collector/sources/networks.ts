import { openBluesky } from '../../../../services/collector/sources/bluesky/bluesky'
import { fileSource } from '../../../../services/collector/sources/file/file'
import { openHackerNews } from '../../../../services/collector/sources/hacker-news/hacker-news'
import { openMastodon } from '../../../../services/collector/sources/mastodon/mastodon'
import { openX } from '../../../../services/collector/sources/x/x'
import { bluesky, type BlueskySettings } from '../../../../shared/sources/bluesky'
import { hackerNews, type HackerNewsSettings } from '../../../../shared/sources/hacker-news'
import { mastodon, type MastodonSettings } from '../../../../shared/sources/mastodon'
import { x, type XSettings } from '../../../../shared/sources/x'
import { Readable } from 'node:stream'
import { aPostView, type BlueskyStub, startBluesky } from '../../../stubs/bluesky'
import { aComment, type HackerNewsStub, startHackerNews } from '../../../stubs/hacker-news'
import { aStatus, type MastodonStub, startMastodon } from '../../../stubs/mastodon'
import { startXStub, type XStub } from '../../../stubs/x'
import type { Network } from './contract'

const watched = { hashtag: 'aws', tags: ['aws'], languages: [] }
/** The collector's own timeout, because other tests may slow the machine down. */
const limits = { timeoutMs: 10_000 }
/** The parsed options; the registry's type is no more precise. */
const parsed = <S>(declaration: { settings: { parse(given: unknown): unknown } }, given: unknown): S =>
  declaration.settings.parse(given) as S

export const mastodonOn = (
  stub: MastodonStub,
  nowMs: () => number,
  options: Partial<MastodonSettings> = {},
  within: { timeoutMs: number } = limits,
) =>
  openMastodon(within)(
    {
      ...watched,
      name: 'fedi',
      settings: parsed<MastodonSettings>(mastodon, { type: 'mastodon', instance: stub.url, ...options }),
    },
    { secret: async () => ({ id: 'fedi-id', value: JSON.stringify({ [new URL(stub.url).host]: 'T0KEN' }) }), nowMs },
  )

export const blueskyOn = (stub: BlueskyStub, nowMs: () => number, options: Partial<BlueskySettings> = {}) =>
  openBluesky(limits)(
    {
      ...watched,
      name: 'bsky',
      settings: parsed<BlueskySettings>(bluesky, { type: 'bluesky', service: stub.url, ...options }),
    },
    { secret: async () => ({ id: 'bsky-id', value: JSON.stringify(stub.account) }), nowMs },
  )

export const hackerNewsOn = (stub: HackerNewsStub, nowMs: () => number, options: Partial<HackerNewsSettings> = {}) =>
  openHackerNews(limits)(
    {
      ...watched,
      name: 'hn',
      settings: parsed<HackerNewsSettings>(hackerNews, {
        type: 'hacker-news',
        searchUrl: stub.url,
        itemsUrl: stub.url,
        ...options,
      }),
    },
    { nowMs },
  )

export const xOn = (stub: XStub, nowMs: () => number, options: Partial<XSettings> = {}) =>
  openX(10_000, 1)(
    { ...watched, name: 'x', settings: parsed<XSettings>(x, { type: 'x', apiUrl: stub.url, ...options }) },
    { secret: async () => ({ id: 'x-token', value: 'AAAA' }), nowMs },
  )

/** Every source, against its stub. */
export const NETWORKS: Record<string, () => Promise<Network>> = {
  Mastodon: async () => {
    const stub = await startMastodon()
    stub.token = 'T0KEN'
    return {
      put: (at) => {
        const statuses = at.map((time) => aStatus(time))
        stub.statuses.push(...statuses)
        return statuses.map(({ uri }) => uri)
      },
      open: (nowMs) => {
        stub.now = nowMs
        return mastodonOn(stub, nowMs, { token: true })
      },
      odd: (answer) => void (stub.odd['/api/v1/timelines/tag/aws'] = [answer]),
      secret: 'T0KEN',
      stop: stub.stop,
    }
  },
  Bluesky: async () => {
    const stub = await startBluesky()
    return {
      put: (at) => {
        const posts = at.map((time) => aPostView(time))
        stub.posts.push(...posts)
        return posts.map(({ uri }) => uri)
      },
      open: (nowMs) => blueskyOn(stub, nowMs),
      // The first search is the count.
      odd: (answer) => void (stub.odd['/xrpc/app.bsky.feed.searchPosts'] = [{ body: { posts: [] } }, answer]),
      secret: stub.account.password,
      stop: stub.stop,
    }
  },
  'Hacker News': async () => {
    const stub = await startHackerNews()
    stub.others.push(aComment('2026-06-03T06:00:00.000Z'), aComment('2026-06-02T06:00:00.000Z'))
    return {
      put: (at) => {
        const hits = at.map((time) => aComment(time))
        stub.hits.push(...hits)
        return hits.map(({ objectID }) => `hn:${objectID}`)
      },
      open: (nowMs) => hackerNewsOn(stub, nowMs),
      odd: (answer) => {
        const count = { body: { hits: [], nbHits: 3 } }
        stub.odd['/search_by_date'] = [count, { body: { hits: [{}], nbHits: 1 } }, answer]
      },
      secret: 'there is none',
      stop: stub.stop,
    }
  },
  X: async () => {
    const stub = await startXStub()
    let id = 1000
    return {
      put: (at) => {
        const posts = at.map((created_at) => ({
          id: String(id++),
          created_at,
          text: '#aws',
          author_id: '7',
          lang: 'en',
        }))
        // X's ids grow with time.
        stub.posts = [...stub.posts, ...posts]
        return posts.map((post) => post.id)
      },
      open: (nowMs) => xOn(stub, nowMs),
      odd: (answer) => void (stub.odd = [answer]),
      secret: 'AAAA',
      stop: stub.stop,
    }
  },
  'A file': async () => {
    const lines: string[] = []
    return {
      put: (at) =>
        at.map((createdAt) => {
          const id = String(1000 + lines.length)
          lines.push(JSON.stringify({ id, createdAt, text: `post ${id} #aws` }))
          return id
        }),
      open: async () =>
        fileSource({ stream: async () => Readable.from([lines.join('\n')]) }, 'aws', {
          name: 'file',
          file: 'posts.jsonl',
          pricePerPostUsd: 0,
          tags: ['aws'],
        }),
      odd: undefined,
      secret: 'there is none',
      stop: async () => undefined,
    }
  },
}
