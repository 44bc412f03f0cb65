import { z } from 'zod'
import { openCursor } from '../../shared/state/cursor'
import type { Settings } from '../../shared/settings'
import { namesOf, watchedStreams } from '../../shared/streams'
import { DAY_MS, dayOf } from '../../shared/utc-day'
import type { Cloud } from '../cloud'
import { ownersTable } from '../stores'
import type { FilePost } from './posts'

/** Consecutive whole UTC days without posts between two days with some; midnights, in milliseconds since the epoch. */
interface Gap {
  /** The first day without posts. */
  from: number
  /** The first day with posts again. */
  to: number
}

/** The days that a replay plays: those with posts, and also the others where every day is wanted; midnights. */
export function playedDays(posts: readonly Pick<FilePost, 'createdAt'>[], isEveryDay: boolean): number[] {
  const withPosts = [...new Set(posts.map(({ createdAt }) => Date.parse(createdAt.slice(0, 10))))].sort((a, b) => a - b)
  const [first = 0, last = 0] = [withPosts[0], withPosts.at(-1)]
  if (!isEveryDay) return withPosts
  return Array.from({ length: Math.round((last - first) / DAY_MS) + 1 }, (_, i) => first + i * DAY_MS)
}

/** The days that a cloud has not played to their end, by its clock: a data folder that was used before goes on. */
export const daysLeft = (days: readonly number[], now: number): number[] =>
  days.filter((day) => now < eveningOf(day + DAY_MS))

/** The last minute of a day, given its midnight. */
export const eveningOf = (day: number): number => day + DAY_MS - 60_000

/** The gaps between days. */
export const gapsIn = (days: readonly number[]): Gap[] =>
  days.flatMap((day, i) => {
    const from = (days[i - 1] ?? day) + DAY_MS
    return from < day ? [{ from, to: day }] : []
  })

/** The skipped days, in a sentence; undefined without any. */
export function gapsInWords(gaps: readonly Gap[]): string | undefined {
  const daysOf = ({ from, to }: Gap) => Math.round((to - from) / DAY_MS)
  const [longest] = [...gaps].sort((a, b) => daysOf(b) - daysOf(a))
  if (longest === undefined) return undefined
  const count = gaps.reduce((sum, gap) => sum + daysOf(gap), 0)
  const [from, to] = [dayOf(longest.from), dayOf(longest.to - DAY_MS)]
  const where = from === to ? from : `${from} to ${to}`
  return (
    `Skips ${count} ${count === 1 ? 'day' : 'days'} without posts, ` +
    `${gaps.length === 1 ? where : `in ${gaps.length} gaps, the longest ${where}`}; --every-day plays them.`
  )
}

/** The part of a run in a cursor that moves the cursor. */
const passed = z.object({ window: z.object({ to: z.iso.datetime() }) })

/**
 * Move the cloud over a gap, as if its machine had slept: the clock jumps to the day with posts, and collection
 * continues there. A stream that still has days before the gap to collect collects every day.
 */
export async function skip({ from, to }: Gap, cloud: Cloud, settings: Settings): Promise<void> {
  const arrival = eveningOf(to)
  if (cloud.clock.now() >= arrival) return
  const table = ownersTable(cloud)
  const first = new Date(from).toISOString()
  for (const stream of watchedStreams(settings)) {
    const cursor = await openCursor(table, passed, namesOf(settings, stream), first)
    const { through, run } = cursor.state()
    if (through === first && run === null) await cursor.commit({ window: { to: new Date(to).toISOString() } })
  }
  await cloud.clock.skipTo(arrival)
}
