import { Readable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import type { PublishedEvent } from '../../../events'
import type { Publish } from '../../../shared/bus'
import { canonical } from '../../../shared/canonical'
import type { Objects } from '../../../shared/objects'
import type { Settings } from '../../../shared/settings'
import type { Table } from '../../../shared/table'
import { collect, type CollectionOutcome, type CollectPorts, collectRequest } from '../../../services/collector/collect'
import { fileSource } from '../../../services/collector/sources/file/file'
import { invocationOf, isKilled, type Writes } from '../../given'
import { memoryTable } from '../../shared/memory-table'
import { askTombstones, markWith } from '../../../shared/tombstones'

/** The key of the tombstone hashes. */
export const MARK = markWith('a key for tests that is long enough')

export interface Told {
  event: string
  detail: Record<string, unknown>
}

/** The collector's environment: a bucket, a table, a bus and a queue, each in memory, and a clock. */
export interface World extends Writes {
  now: Date
  objects: Map<string, string>
  table: Table
  told: Told[]
  queue: { request: unknown; at: number }[]
  openSource: CollectPorts['openSource']
  caps: Caps
  languages: string[]
  settings: Pick<Settings, 'hashtags' | 'sources'>
  timeMs: number
  log: string[]
}

interface Caps {
  posts: { perDay: number; perMonth: number }
  collectUsd: { perDay: number; perMonth: number }
}

let workers = 0

export const generousCaps = (): Caps => ({
  posts: { perDay: 1e6, perMonth: 1e7 },
  collectUsd: { perDay: 1e3, perMonth: 1e4 },
})

/** A world whose posts come from a file, in pages of seven. */
export function newWorld(given: Partial<World> & { file?: string; lines?: unknown[]; tags?: string[] } = {}): World {
  const { lines = [], file = 'posts.jsonl', tags = ['aws', 'azure'], ...rest } = given
  const world: World = {
    now: new Date('2026-06-03T00:10:00Z'),
    objects: new Map([[`sources/${file}`, lines.map((line) => `${JSON.stringify(line)}\n`).join('')]]),
    table: memoryTable(),
    told: [],
    queue: [],
    openSource: async ({ hashtag }) => ({
      ...fileSource(bucketOf(world), hashtag, { name: 'file', file, pricePerPostUsd: 0.01, tags }),
      page: { least: 1, most: 7 },
    }),
    caps: generousCaps(),
    languages: [],
    settings: { hashtags: tags.map((tag) => ({ tag, source: 'file' })), sources: { file: { type: 'file' } } },
    timeMs: 300_000,
    writes: 0,
    log: [],
    ...rest,
  }
  return world
}

/** One invocation of the function. */
export async function invoke(world: World, request: unknown = { hashtag: 'aws' }): Promise<CollectionOutcome> {
  const { reads, writes } = invocationOf(world)
  const { table } = world
  const objects = bucketOf(world)
  const work = collect({
    objects: {
      ...objects,
      read: reads(objects.read),
      create: writes(objects.create),
      put: writes(objects.put),
      // The parts exist already when the response to one of them is lost.
      putStream: async (key, body) => {
        const chunks: Buffer[] = []
        for await (const chunk of body) chunks.push(Buffer.from(chunk))
        await writes(objects.put)(key, Buffer.concat(chunks))
        return ''
      },
    },
    table: { get: reads(table.get), create: writes(table.create), update: writes(table.update) },
    // The writing is of unknown arity; the bus is generic.
    publish: writes(async (event: PublishedEvent, detail: Record<string, unknown>) => {
      world.told.push({ event: event.name, detail })
    }) as Publish,
    enqueue: writes(async (message: unknown, seconds = 0) => {
      world.queue.push({ request: JSON.parse(JSON.stringify(message)), at: world.now.getTime() + seconds * 1000 })
    }),
    tombstones: askTombstones(table, async () => MARK),
    openSource: world.openSource,
    caps: {
      ...world.caps,
      judgements: { perDay: 1, perMonth: 1 },
      labelUsd: { perDay: 1, perMonth: 1 },
      trainingSeconds: 1,
    },
    languages: world.languages,
    settings: world.settings,
    newOwner: () => `worker ${workers++}`,
  })
  const said = (message: string) => void world.log.push(message)
  const answer = await work(collectRequest.parse(request), {
    now: world.now,
    remainingMs: () => world.timeMs,
    log: { info: said, warn: said, error: said },
  })
  return answer as CollectionOutcome
}

/** Invokes, retries after a crash as Lambda does, and drains the queue. */
export async function untilIdle(world: World, request: unknown = { hashtag: 'aws' }): Promise<void> {
  world.queue.push({ request, at: world.now.getTime() })
  for (let rounds = 0; world.queue.length > 0; rounds++) {
    if (rounds > 500) throw new Error('the collector never comes to an end')
    world.queue.sort((a, b) => a.at - b.at)
    const next = world.queue.shift()!
    world.now = new Date(Math.max(world.now.getTime(), next.at))
    try {
      await invoke(world, next.request)
    } catch (error) {
      if (!isKilled(error)) throw error
      world.queue.push({ request: next.request, at: world.now.getTime() + 60_000 })
    }
  }
}

/** Keys and contents under raw/. */
export const raw = (world: World): Record<string, string> =>
  Object.fromEntries([...world.objects].filter(([key]) => key.startsWith('raw/')).sort(([a], [b]) => (a < b ? -1 : 1)))

/** Keys and uncompressed rows under tables/. */
export const tables = (world: World): Record<string, string> =>
  Object.fromEntries(
    [...world.objects].filter(([key]) => key.startsWith('tables/')).sort(([a], [b]) => (a < b ? -1 : 1)),
  )

/** The published events, without duplicates. */
export const facts = (world: World): string[] =>
  [...new Set(world.told.map(({ event, detail }) => `${event} ${canonical(detail)}`))].sort()

export function record(world: World, hashtag = 'aws', date = '2026-06-02'): Record<string, unknown> {
  const key = [...world.objects.keys()].find(
    (k) => k.startsWith('raw/') && k.includes(`/hashtag=${hashtag}/date=${date}/`) && k.endsWith('run.json'),
  )
  return JSON.parse(world.objects.get(key!)!) as Record<string, unknown>
}

const bucketOf = (
  world: World,
): Pick<Objects, 'read' | 'create' | 'lines' | 'stream' | 'put' | 'readJson' | 'list'> => ({
  put: async (key, body) => void world.objects.set(key, gunzipSync(Buffer.from(body)).toString()),
  readJson: async (key, schema) => schema.parse(JSON.parse(world.objects.get(key)!)),
  list: async function* (prefix) {
    for (const key of [...world.objects.keys()].sort())
      if (key.startsWith(prefix)) yield { key, size: 0, modified: new Date(0), etag: '' }
  },
  read: async (key) => {
    const body = world.objects.get(key)
    return body === undefined ? undefined : { body: Buffer.from(body), etag: '', versionId: undefined }
  },
  create: async (key, body) => {
    if (world.objects.has(key)) return 'exists'
    world.objects.set(key, String(body))
    return 'created'
  },
  lines: async function* (key) {
    yield* world.objects.get(key)!.split('\n')
  },
  stream: async (key) => Readable.from([world.objects.get(key)!]),
})
