import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import { readCursor } from '../../shared/state/cursor'
import { streamNameOf, type StreamNames } from '../../shared/streams'
import type { Table } from '../../shared/table'
import { dayAfter, dayOf, daysBetween } from '../../shared/utc-day'
import { counted } from '../check/words'
import type { Cloud } from '../cloud'
import type { Screen } from '../screen'
import type { Journal, Pause } from './journal'

interface Ports {
  cloud: Pick<Cloud, 'invoke'> & { clock: Pick<Cloud['clock'], 'now'> }
  table: Pick<Table, 'get'>
  journal: Journal
  screen: Screen
  /** Ends the waiting; an unfinished run is resumed the next time. */
  signal: AbortSignal
}

/** A collected stream, by its names and as sentences call it. */
export interface LiveStream {
  names: StreamNames
  /** `aws`, or `aws on mastodon`. */
  topic: string
}

/** How far a stream is collected. */
export interface CollectedStream {
  topic: string
  /** The UTC day up to which it is collected, exclusive; undefined before its first run has begun. */
  through: string | undefined
  /** Why the rest comes later: the network may still receive posts of that day. */
  waitsUntil?: number
  /** Why it could not continue. */
  failure?: string
}

/** The fields of the collector's answer that are used here. */
const answer = z.object({
  errorMessage: z.string().optional(),
  requestRefused: z.string().optional(),
  goesOnInSeconds: z.number().optional(),
  waitsFor: z.string().optional(),
})
/** The fields of a collector's run that tell its progress. */
const running = z.object({ page: z.int(), pages: z.array(z.object({ posts: z.int() })) })

const LOOK_MS = 500

/**
 * Collect the whole UTC days before today: for a new stream from the first of `days` on, else from where it stopped.
 * Prints the progress, and waits where the network asks it to; a day that is not over there is left for later.
 */
export async function collectDays(
  ports: Ports,
  streams: readonly LiveStream[],
  days: number,
): Promise<CollectedStream[]> {
  const end = dayOf(ports.cloud.clock.now())
  const collected: CollectedStream[] = []
  for (const stream of streams) {
    if (ports.signal.aborted) break
    collected.push(await collectStream(ports, stream, dayAfter(end, -days), end))
  }
  ports.screen.clear()
  return collected
}

async function collectStream(
  ports: Ports,
  { names, topic }: LiveStream,
  first: string,
  end: string,
): Promise<CollectedStream> {
  const { cloud, journal, screen, signal } = ports
  const known = await positionOf(ports, names)
  const from = known?.through ?? first
  journal.takeFailure()
  const asked = ask(cloud, { ...streamNameOf(names[0]), ...(known ? {} : { from: first }) })
  for (;;) {
    const position = await positionOf(ports, names)
    const { isAnswered, failure = journal.takeFailure(), pause: first } = asked.state
    const pause = later(first, journal.pauseOf(names[0]))
    const isPaused = pause !== undefined && pause.until > cloud.clock.now()
    const through = position?.through
    if (failure !== undefined) return { topic, through, failure }
    if (signal.aborted) return { topic, through }
    if (isAnswered && through === end) return { topic, through }
    if (isAnswered && isPaused && pause.waitsFor === 'late posts') return { topic, through, waitsUntil: pause.until }
    const day = Math.min(daysBetween(from, through ?? from) + 1, daysBetween(from, end))
    screen.progress(
      [
        `#${topic}: ${through ?? from}, day ${day} of ${daysBetween(from, end)}`,
        ...(!position?.pages ? [] : [`${counted(position.pages, 'page')}, ${counted(position.posts, 'post')}`]),
        ...(isPaused ? [inWords(pause)] : []),
      ].join(' · '),
    )
    await setTimeout(LOOK_MS)
  }
}

/** Ask the collector, and store its answer for the progress display. */
function ask(cloud: Ports['cloud'], request: { hashtag: string; stream?: string | undefined; from?: string }) {
  const state: { isAnswered: boolean; failure?: string; pause?: Pause } = { isAnswered: false }
  cloud.invoke('collector', request).then(
    ({ payload, functionError }) => {
      const { errorMessage, requestRefused, goesOnInSeconds, waitsFor } = answer.parse(JSON.parse(payload))
      const failure = functionError === undefined ? requestRefused : (errorMessage ?? functionError)
      if (failure !== undefined) state.failure = failure
      if (goesOnInSeconds !== undefined && waitsFor !== undefined)
        state.pause = { until: cloud.clock.now() + goesOnInSeconds * 1000, waitsFor }
      state.isAnswered = true
    },
    (error: unknown) => {
      state.failure = String(error)
      state.isAnswered = true
    },
  )
  return { state }
}

const later = (a: Pause | undefined, b: Pause | undefined): Pause | undefined =>
  a === undefined || (b !== undefined && b.until > a.until) ? b : a

const inWords = ({ until, waitsFor }: Pause): string => `waits until ${timeOf(until)} UTC: ${waitsFor}`

/** Hours, minutes and seconds of an instant. */
export const timeOf = (at: number): string => new Date(at).toISOString().slice(11, 19)

async function positionOf({ table }: Pick<Ports, 'table'>, names: StreamNames) {
  const row = await readCursor(table, names)
  if (!row) return undefined
  const run = running.safeParse(row.run).data
  return {
    through: row.through.slice(0, 10),
    pages: run && run.page - 1,
    posts: run?.pages.reduce((sum, { posts }) => sum + posts, 0) ?? 0,
  }
}

/** Throws where a stream is collected beyond today: the clock of this machine was ahead, or is behind now. */
export async function refuseFuture({ cloud, table }: Pick<Ports, 'cloud' | 'table'>, streams: readonly LiveStream[]) {
  const today = dayOf(cloud.clock.now())
  for (const { names, topic } of streams) {
    const through = (await positionOf({ table }, names))?.through ?? today
    if (through <= today) continue
    throw new Error(
      `#${topic} is collected up to ${through}, which is in the future: by the clock of this machine it is ${today}; ` +
        'set the clock, or name another folder with --data',
    )
  }
}
