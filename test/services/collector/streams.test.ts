import { describe, expect, it } from '@jest/globals'
import { fileSource } from '../../../services/collector/sources/file/file'
import { runState } from '../../../services/collector/run'
import { keys } from '../../../shared/keys'
import { type CursorState, openCursor } from '../../../shared/state/cursor'
import { spent } from '../../../shared/state/ledger'
import { Readable } from 'node:stream'
import { invoke, newWorld, raw, record, untilIdle, type World } from './world'

const DAY = '2026-06-02'
const RUN = '20260602t000000z-20260603t000000z'
const postsOf = (network: string, count: number) =>
  Array.from({ length: count }, (_, i) => ({
    id: String(i),
    createdAt: `${DAY}T10:00:${String(i).padStart(2, '0')}.000Z`,
    text: `${network} says ${i} about #aws`,
  }))

/** A hashtag on two networks whose posts have the same ids. */
function twoNetworks(given: Partial<World> = {}): World {
  const sources = { fedi: { type: 'mastodon' }, forum: { type: 'file', network: 'forum' } }
  const lines: Record<string, unknown[]> = { fedi: postsOf('mastodon', 9), forum: postsOf('forum', 3) }
  return newWorld({
    settings: { hashtags: [{ tag: 'aws', sources: ['fedi', 'forum'] }], sources },
    openSource: async ({ hashtag, source: name }) => ({
      ...fileSource(
        { stream: async () => Readable.from(lines[name]!.map((line) => `${JSON.stringify(line)}\n`)) },
        hashtag,
        { name, file: 'posts.jsonl', pricePerPostUsd: 0, tags: ['aws'] },
      ),
      page: { least: 1, most: 7 },
    }),
    ...given,
  })
}

describe('two streams of a hashtag', () => {
  it('have their own keys, cursors and runs, and share the configured caps', async () => {
    const world = twoNetworks()

    await untilIdle(world, {})

    const places = (stream: string) => Object.keys(raw(world)).filter((key) => key.startsWith(`raw/stream=${stream}/`))
    expect([places('mastodon').length, places('forum').length]).toEqual([3, 2])
    expect(world.told.map(({ detail }) => detail)).toMatchObject([
      { hashtag: 'aws', stream: 'mastodon', posts: 9 },
      { hashtag: 'aws', stream: 'forum', posts: 3 },
    ])
    // Two streams that read the same page make two bookings.
    expect(await spent(world.table, 'posts', '2026-06-03')).toBe(12)
  })

  it('are both requested by their hashtag, and each alone by its network', async () => {
    const world = twoNetworks()

    expect(await invoke(world, { hashtag: 'aws' })).toEqual({ asked: ['aws/mastodon', 'aws/forum'] })
    expect(await invoke(world, { hashtag: 'aws', stream: 'forum' })).toMatchObject({
      stream: 'forum',
      runs: [{ posts: 3 }],
    })
    await expect(invoke(world, { hashtag: 'aws', stream: 'x' })).rejects.toThrow(
      /#aws on x is not among the hashtags of bellwether.yml: #aws on mastodon, #aws on forum/,
    )
  })

  it('are collected without waiting for each other', async () => {
    const world = twoNetworks()
    const open = world.openSource
    world.openSource = async (stream) => {
      const source = await open(stream)
      return stream.stream === 'mastodon' ? { ...source, read: async () => ({ waitSeconds: 60 }) } : source
    }

    expect(await invoke(world, { hashtag: 'aws', stream: 'mastodon' })).toMatchObject({ goesOnInSeconds: 60 })
    expect(await invoke(world, { hashtag: 'aws', stream: 'forum' })).toMatchObject({ runs: [{ posts: 3 }] })
  })
})

describe('a bucket of a release without streams', () => {
  const before = { hashtag: 'aws' }
  const cursorAt = (world: World, through: string) => openCursor(world.table, runState, [before], through)

  /** A run.json of an older release, with posts from this source. */
  const ranBefore = (world: World, source: string) =>
    world.objects.set(
      keys.run({ ...before, date: '2026-06-01', run: 'one' }),
      JSON.stringify({
        ...before,
        date: '2026-06-01',
        run: 'one',
        source,
        window: { from: '2026-06-01T00:00:00.000Z', to: '2026-06-02T00:00:00.000Z' },
        covered: null,
        gap: null,
        complete: true,
        stoppedBy: null,
        pages: 0,
        posts: 0,
        existing: null,
        otherLanguages: 0,
        refusedRows: 0,
        costUsd: 0,
        objects: [],
      }),
    )

  it('is continued by the first stream only', async () => {
    const world = twoNetworks({ now: new Date('2026-06-04T00:10:00Z') })
    await cursorAt(world, '2026-06-02T00:00:00.000Z')
    ranBefore(world, 'fedi')

    await untilIdle(world, {})

    const runs = world.told.map(({ detail: { stream, date } }) => `${String(stream)} ${String(date)}`)
    expect(runs.sort()).toEqual(['forum 2026-06-03', 'mastodon 2026-06-02', 'mastodon 2026-06-03'])
    expect(Object.keys(raw(world)).filter((key) => key.startsWith('raw/hashtag='))).toHaveLength(1)
  })

  it('ends an unfinished run under the keys with which it began', async () => {
    const world = twoNetworks()
    const old = twoNetworks({ table: world.table, objects: world.objects })
    const open = old.openSource
    let pages = 0
    old.openSource = async (stream) => {
      const source = await open(stream)
      return { ...source, read: async (request) => (pages++ === 0 ? source.read(request) : { waitSeconds: 60 }) }
    }
    await invoke(old, { hashtag: 'aws', stream: 'mastodon' })
    await asBefore(world)

    await untilIdle(world, { hashtag: 'aws', stream: 'mastodon' })

    expect(Object.keys(raw(world))).toEqual(
      [
        keys.posts({ ...before, date: DAY, run: RUN, page: '1' }),
        keys.posts({ ...before, date: DAY, run: RUN, page: '2' }),
        keys.run({ ...before, date: DAY, run: RUN }),
      ].sort(),
    )
    expect(record(world)).toMatchObject({ hashtag: 'aws', posts: 9 })
    expect(record(world)).not.toHaveProperty('stream')
    expect(world.told.at(-1)?.detail).not.toHaveProperty('stream')
  })

  it('continues after the days that a rolled back release collected in the meantime', async () => {
    const world = twoNetworks()
    await untilIdle(world, { hashtag: 'aws', stream: 'mastodon' })
    const old = await cursorAt(world, '2026-06-05T00:00:00.000Z')
    world.now = new Date('2026-06-06T00:10:00Z')

    expect(await invoke(world, { hashtag: 'aws', stream: 'mastodon' })).toMatchObject({
      runs: [{ run: '20260605t000000z-20260606t000000z' }],
    })
    expect(old.state().through).toBe('2026-06-05T00:00:00.000Z')
  })

  it('is not continued by another network', async () => {
    const world = twoNetworks()
    await cursorAt(world, '2026-06-02T00:00:00.000Z')
    ranBefore(world, 'forum')

    await expect(invoke(world, { hashtag: 'aws', stream: 'mastodon' })).rejects.toThrow(
      /SETTINGS_INVALID: #aws: the posts under keys without a network came from forum .* unnamedNetwork: forum/,
    )
    world.settings.hashtags[0]!.unnamedNetwork = 'forum'
    await untilIdle(world, {})

    expect(world.told.map(({ detail }) => detail)).toMatchObject([
      { stream: 'mastodon', date: DAY },
      { stream: 'forum', date: DAY },
    ])
  })

  /** Turns the table and the bucket into those of an older release: names without a network. */
  async function asBefore(world: World): Promise<void> {
    const named = await openCursor(world.table, runState, [{ ...before, stream: 'mastodon' }], '')
    const { run, ...state }: CursorState<ReturnType<typeof runState.parse>> = named.state()
    const { stream: _, ...unnamed } = run!
    for (const [key, body] of Object.entries(raw(world))) {
      world.objects.delete(key)
      world.objects.set(key.replace('stream=mastodon/', ''), body)
    }
    await world.table.remove({ pk: 'cursor#aws/mastodon', sk: 'cursor' })
    await world.table.create({ pk: 'cursor#aws', sk: 'cursor', revision: 0, ...state, run: unnamed })
  }
})
