import { DAY_MS, dayOf } from '../../../../shared/utc-day'
import { longTimeline } from '../../../stubs/long-timeline'
import { startMastodon } from '../../../stubs/mastodon'
import { newWorld, record, untilIdle } from '../world'
import { mastodonOn } from './networks'

const DAYS = 10
const FROM = '2026-06-01T00:00:00.000Z'
/** Posts per page of Mastodon. */
const PAGE = 40

interface TenDays {
  /** The readable posts of the ten days, and how many of them were stored once, more than once, or never. */
  there: number
  once: number
  again: number
  missing: number
  /** Stored although deleted before, or outside the collected days. */
  wrong: number
  requests: number
  /** The number of pages that these posts fill. */
  needed: number
  /** Whether the runs of all days are complete. */
  complete: boolean
  /** Heap in use at the end of each day, in MB. */
  heapMb: number[]
}

/**
 * Collects ten days of a busy hashtag on a virtual clock, from a stub that refuses every fiftieth request. Returns
 * what was stored, and the number of requests.
 */
export async function collectTenDays(posts: number): Promise<TenDays> {
  const stub = await startMastodon()
  const timeline = longTimeline({ posts, days: DAYS, from: FROM }, () => stub.now())
  stub.page = timeline.page
  stub.limitEvery = 50
  const stored = new Uint8Array(posts)
  const heapMb: number[] = []
  const complete: boolean[] = []
  let requests = 0
  const world = newWorld({
    now: new Date(FROM),
    tags: ['aws'],
    openSource: () => mastodonOn(stub, () => world.now.getTime(), {}, { timeoutMs: 60_000 }),
    objects: countingPages((csv) => {
      for (const [, number] of csv.matchAll(ROW)) stored[Number(number)]! += 1
    }),
    caps: { posts: { perDay: 1e9, perMonth: 1e9 }, collectUsd: { perDay: 1, perMonth: 1 } },
  })
  stub.now = () => world.now.getTime()

  for (let day = 0; day < DAYS; day++) {
    const begins = Date.parse(FROM) + day * DAY_MS
    world.now = new Date(Math.max(world.now.getTime(), begins + DAY_MS + 7 * 3_600_000))
    await untilIdle(world)
    complete.push(record(world, 'aws', dayOf(begins)).complete === true)
    requests += stub.asked.length
    stub.asked.length = 0
    world.told.length = 0
    world.log.length = 0
    globalThis.gc?.()
    heapMb.push(process.memoryUsage().heapUsed / 2 ** 20)
  }
  await stub.stop()

  const all = [...stored.keys()]
  const there = all.filter(timeline.isThere)
  return {
    there: there.length,
    once: there.filter((i) => stored[i] === 1).length,
    again: all.filter((i) => stored[i]! > 1).length,
    missing: there.filter((i) => stored[i] === 0).length,
    wrong: all.filter((i) => stored[i]! > 0 && !timeline.isThere(i)).length,
    requests,
    needed: Math.ceil(there.length / PAGE),
    complete: complete.every(Boolean),
    heapMb,
  }
}

const ROW = /^https:\/\/b\.example\/users\/bob\/statuses\/(\d+),/gm

/** A bucket that keeps only the existence of a page. */
function countingPages(count: (csv: string) => void): Map<string, string> {
  const bucket = new Map<string, string>()
  const keep = bucket.set.bind(bucket)
  bucket.set = (key, body) => {
    if (!key.endsWith('.csv')) return keep(key, body)
    count(body)
    return keep(key, '')
  }
  return bucket
}
