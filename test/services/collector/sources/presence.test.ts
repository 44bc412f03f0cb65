import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { checkPresence } from '../../../../services/collector/check'
import type { KeptPost, Presence, PresencePort } from '../../../../services/collector/sources/source'
import type { Post } from '../../../../shared/posts'
import { deletionRecord } from '../../../../shared/records'
import { aPostView, startBluesky } from '../../../stubs/bluesky'
import { aComment, startHackerNews } from '../../../stubs/hacker-news'
import { aStatus, startMastodon } from '../../../stubs/mastodon'
import type { Departed, Odd } from '../../../stubs/server'
import { startXStub } from '../../../stubs/x'
import { aSettings, aPost, putRun } from '../../../given'
import { testBucket } from '../../../shared/bucket'
import { memoryTable } from '../../../shared/memory-table'
import { generousCaps, MARK } from '../world'
import { blueskyOn, hackerNewsOn, mastodonOn, xOn } from './networks'

const NOW = new Date('2026-11-22T03:40:00Z')
const AT = '2026-11-02T10:00:00.000Z'

/** A network with posts that are stored already. */
interface Network {
  batch: number
  /** Adds `count` posts; returns them as stored. */
  put(count: number): KeptPost[]
  /** Posts by their id on the network. */
  gone: Departed
  nameOf(post: KeptPost): string
  /** The network's answer for a post that its author deleted. */
  deleted: Presence
  /** Its answer for a post of a suspended author, whose own server still has it. */
  suspended: Presence
  open(): Promise<PresencePort>
  /** Sets the response to the next request about posts. */
  odd(answer: Odd): void
  /** A valid response without half of the posts; undefined when each request is about one post. */
  half: ((posts: readonly KeptPost[]) => unknown) | undefined
  stop(): Promise<void>
}

const presenceOf = async (open: Promise<{ presence?: PresencePort }>): Promise<PresencePort> => (await open).presence!
const ownOf = ({ sourceId = '' }: KeptPost) => sourceId.split('/')[1]!

async function onMastodon(hasBatches: boolean): Promise<Network> {
  const stub = await startMastodon()
  stub.token = 'T0KEN'
  stub.hasBatches = hasBatches
  const { host } = new URL(stub.url)
  return {
    batch: 20,
    put: (count) => {
      const made = Array.from({ length: count }, () => aStatus(AT))
      for (const one of made) one.uri = `${stub.url}/users/bob/statuses/${one.id}`
      stub.statuses.push(...made)
      return made.map(({ id, uri }) => ({ id: uri, sourceId: `${host}/${id}` }))
    },
    gone: stub.gone,
    nameOf: ownOf,
    deleted: 'gone',
    suspended: 'there',
    open: () => presenceOf(mastodonOn(stub, () => NOW.getTime(), { token: true })),
    odd: (answer) => void (stub.odd['/api/v1/statuses'] = [answer]),
    half: (posts) =>
      stub.statuses.filter(({ id }) =>
        posts
          .slice(0, posts.length / 2)
          .map(ownOf)
          .includes(id),
      ),
    stop: stub.stop,
  }
}

async function onX(presence: 'lookup' | 'compliance'): Promise<Network> {
  const stub = await startXStub()
  let id = 7000
  return {
    batch: presence === 'lookup' ? 100 : 10_000,
    put: (count) => {
      const made = Array.from({ length: count }, () => ({ id: String(id++), created_at: AT, text: 'a post' }))
      stub.posts = [...stub.posts, ...made]
      return made.map((post) => ({ id: post.id }))
    },
    gone: stub.gone,
    nameOf: (post) => post.id,
    deleted: 'gone',
    suspended: 'absent',
    open: () => presenceOf(xOn(stub, () => NOW.getTime(), { presence })),
    odd: (answer) => void (stub.oddBy[presence === 'lookup' ? '/2/tweets' : '/2/compliance/jobs'] = [answer]),
    half:
      presence === 'lookup'
        ? (posts) => ({
            data: stub.posts.filter((one) => posts.slice(0, posts.length / 2).some(({ id: of }) => of === one.id)),
          })
        : undefined,
    stop: stub.stop,
  }
}

const NETWORKS: Record<string, () => Promise<Network>> = {
  Mastodon: () => onMastodon(true),
  'Mastodon before 4.3': () => onMastodon(false),
  Bluesky: async () => {
    const stub = await startBluesky()
    return {
      batch: 25,
      put: (count) => {
        const made = Array.from({ length: count }, () => aPostView(AT))
        stub.posts.push(...made)
        return made.map(({ uri }) => ({ id: uri }))
      },
      gone: stub.gone,
      nameOf: ({ id }) => id,
      deleted: 'absent',
      suspended: 'absent',
      open: () => presenceOf(blueskyOn(stub, () => NOW.getTime())),
      odd: (answer) => void (stub.odd['/xrpc/app.bsky.feed.getPosts'] = [answer]),
      half: (posts) => ({ posts: posts.slice(0, posts.length / 2).map(({ id }) => ({ uri: id })) }),
      stop: stub.stop,
    }
  },
  'Hacker News': async () => {
    const stub = await startHackerNews()
    return {
      batch: 1,
      put: (count) => {
        const made = Array.from({ length: count }, () => aComment(AT))
        stub.hits.push(...made)
        return made.map(({ objectID }) => ({ id: `hn:${objectID}` }))
      },
      gone: stub.gone,
      nameOf: ({ id }) => id.slice('hn:'.length),
      deleted: 'gone',
      suspended: 'absent',
      open: () => presenceOf(hackerNewsOn(stub, () => NOW.getTime())),
      odd: (answer) => void (stub.odd['*'] = [answer]),
      half: undefined,
      stop: stub.stop,
    }
  },
  'X by look-ups': () => onX('lookup'),
  'X by jobs of compliance': () => onX('compliance'),
}

describe.each(Object.entries(NETWORKS))('presence of posts: %s', (_, start) => {
  let network: Network
  let port: PresencePort
  beforeEach(async () => {
    network = await start()
    port = await network.open()
  })
  afterEach(() => network.stop())

  const said = async (posts: readonly KeptPost[], most = 100) => {
    const answer = await port.stillThere(posts, most)
    if (!('said' in answer)) throw new Error(JSON.stringify(answer))
    return answer.said
  }
  const most = () => Math.min(port.batch, 30)

  it('reports every post of a batch as present', async () => {
    const posts = network.put(most())

    expect(port.batch).toBe(network.batch)
    expect(await said(posts)).toEqual(new Map(posts.map(({ id }) => [id, 'there'])))
  })

  it('recognises a post that its author deleted, and one of a suspended author', async () => {
    const posts = network.put(5)
    network.gone.deleted.add(network.nameOf(posts[1]!))
    network.gone.suspended.add(network.nameOf(posts[2]!))
    const answers = new Map<string, Presence>()
    for (let from = 0; from < 5; from += port.batch)
      for (const [id, one] of await said(posts.slice(from, from + port.batch))) answers.set(id, one)

    expect(posts.map(({ id }) => answers.get(id))).toEqual([
      'there',
      network.deleted,
      network.suspended,
      'there',
      'there',
    ])
  })

  it.each<[string, Odd]>([
    ['an error', { status: 503, headers: { 'content-type': 'text/html' }, body: '<title>Down</title>' }],
    ['an HTML page', { headers: { 'content-type': 'text/html' }, body: '<p>Are you a person?</p>' }],
    ['an answer that is cut off', { body: { posts: [1, 2, 3] }, cut: true }],
    ['an answer of another kind', { body: { error: 'later' } }],
    ['a redirect', { status: 302, headers: { location: 'https://login.example/' }, body: '' }],
  ])('concludes nothing about any post when the network sends %s', async (_what, answer) => {
    const posts = network.put(1)
    network.odd(answer)

    await expect(port.stillThere(posts, 100)).rejects.toThrow('SOURCE_UNAVAILABLE')
  })

  it('waits when the network limits its rate', async () => {
    const posts = network.put(1)
    network.odd({ status: 429, headers: { 'x-ratelimit-reset': String(NOW.getTime() / 1000 + 60) }, body: {} })

    expect(await port.stillThere(posts, 100)).toEqual({ waitSeconds: 60 })
  })

  describe('a daily check', () => {
    const check = async (days: number, openPresence = async () => ({ name: 'network', presence: port })) =>
      checkPresence({ ...ports, openPresence })({
        now: new Date(NOW.getTime() + days * 86_400_000),
        log: { info: () => undefined, warn: () => undefined, error: () => undefined },
        remainingMs: () => 300_000,
      })
    let bucket: ReturnType<typeof testBucket>
    let ports: Omit<Parameters<typeof checkPresence>[0], 'openPresence'>
    beforeEach(() => {
      bucket = testBucket()
      ports = {
        objects: bucket,
        table: memoryTable(),
        marks: async () => MARK,
        settings: aSettings({ hashtags: [{ tag: 'aws', source: 'file' }] }),
        requestsPerDay: 100,
        caps: generousCaps(),
      }
    })
    const keep = (posts: readonly KeptPost[]) =>
      putRun(bucket, { pages: [posts.map((post): Post => ({ ...aPost(post.id), ...post }))] })
    const deletions = () =>
      Object.entries(bucket.texts()).flatMap(([key, body]) =>
        key.startsWith('privacy/') ? deletionRecord.parse(JSON.parse(body)).marks.posts : [],
      )

    it('deletes a missing post: at once when its own server confirms it, otherwise the next day', async () => {
      const posts = network.put(10)
      await keep(posts)
      network.gone.deleted.add(network.nameOf(posts[3]!))
      const deleted = [MARK('post', posts[3]!.id)]

      await check(0)
      expect(deletions()).toEqual(network.deleted === 'gone' ? deleted : [])
      await check(1)

      expect(deletions()).toEqual(deleted)
    })

    it('deletes nothing when the network is down', async () => {
      const posts = network.put(10)
      await keep(posts)
      network.odd({ status: 503, body: {} })

      expect(await check(0)).toMatchObject([{ answered: 0 }])
      expect(deletions()).toEqual([])
    })

    it('deletes nothing when half of a batch is missing from an answer', async () => {
      if (!network.half) return
      const posts = network.put(20)
      await keep(posts)
      network.odd({ body: network.half(posts) })

      await check(0).catch((error: unknown) => expect(String(error)).toContain('none was deleted'))
      await check(1)

      expect(deletions()).toEqual([])
    })
  })
})

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

it("asks an author's own server within the request limit, and never a host without a public name", async () => {
  const stub = await startMastodon()
  stops.push(stub.stop)
  const { host } = new URL(stub.url)
  const port = await presenceOf(mastodonOn(stub, () => NOW.getTime()))
  const posts = ['http://10.0.0.1/users/a/statuses/1', 'https://localhost/x', 'https://127.0.0.1:9001/y'].map((id) => ({
    id,
    sourceId: `${host}/1`,
  }))
  const own = Array.from({ length: 3 }, (_, i) => ({
    id: `${stub.url}/users/a/statuses/${i}`,
    sourceId: `${host}/${i}`,
  }))

  const answer = await port.stillThere([...posts, ...own], 3)

  expect(answer).toMatchObject({ requests: 3 })
  expect([...('said' in answer ? answer.said : [])].map(([, one]) => one)).toContain('absent')
})

it('leaves X posts to the age rule when jobs are forbidden, and reports what a paid look-up cost', async () => {
  const stub = await startXStub()
  stops.push(stub.stop)
  stub.jobStates = undefined
  const byJob = await presenceOf(xOn(stub, () => NOW.getTime()))
  expect(await byJob.stillThere([{ id: '1' }], 9)).toEqual({ cannot: 'x answered 403: Client Forbidden' })

  stub.posts = [{ id: '1', created_at: AT, text: 'one' }]
  const byLookup = await presenceOf(xOn(stub, () => NOW.getTime(), { presence: 'lookup' }))
  expect(byLookup.mostUsd?.(100)).toBeCloseTo(0.5)
  expect(await byLookup.stillThere([{ id: '1' }, { id: '2' }], 9)).toMatchObject({ costUsd: 0.005 })
  expect((await xOn(stub, () => NOW.getTime(), { presence: 'age' })).presence).toBeUndefined()
})

it.each(['failed', 'expired'])('concludes nothing about X posts when the job has %s', async (state) => {
  const stub = await startXStub()
  stops.push(stub.stop)
  stub.jobStates = ['in_progress', state]
  const port = await presenceOf(xOn(stub, () => NOW.getTime()))

  await expect(port.stillThere([{ id: '1' }], 9)).rejects.toThrow(`its compliance job is ${state}`)
})
