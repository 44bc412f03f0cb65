import { z } from 'zod'
import { collectionLease, takeLease } from '../../shared/state/lease'
import type { Invocation } from '../../shared/door'
import { BellwetherError } from '../../shared/errors'
import { keys } from '../../shared/keys'
import type { Enqueue } from '../../shared/queue'
import { runRecord } from '../../shared/records'
import {
  streamLabel,
  streamNameOf,
  namesOf,
  networkOf,
  type Stream,
  streamInWords,
  watchedStreams,
} from '../../shared/streams'
import { collectDay, type DayDone, type CollectDayPorts } from './collect-day'
import type { WaitsFor } from './step'
import { openCursor } from '../../shared/state/cursor'
import { runState } from './run'
import type { Source } from './sources/source'
import { dayBefore, dayFrom, midnight } from './window'

/**
 * An empty request means every stream, a hashtag all its streams, and a hashtag with a network one. `from` is where the
 * first run of a stream begins.
 */
export const collectRequest = z
  .strictObject({
    hashtag: z
      .string()
      .transform((tag) => tag.replace(/^#/, '').toLowerCase())
      .optional(),
    stream: z.string().optional(),
    from: z.iso.date().optional(),
  })
  .refine(({ hashtag, from }) => hashtag !== undefined || from === undefined, {
    path: ['from'],
    message: 'from needs a hashtag: it sets where that hashtag begins',
  })
  .refine(({ hashtag, stream }) => hashtag !== undefined || stream === undefined, {
    path: ['stream'],
    message: 'stream needs a hashtag: name both',
  })
type CollectRequest = z.infer<typeof collectRequest>

export interface CollectPorts extends CollectDayPorts {
  openSource(stream: Stream): Promise<Source>
  enqueue: Enqueue
  newOwner(): string
}

/** The answer to an ad-hoc request. */
export interface CollectionOutcome {
  hashtag: string
  stream: string
  runs: DayDone[]
  /** Everything before this instant is collected. */
  through: string
  /** Seconds until a message on the queue resumes the rest. */
  goesOnInSeconds?: number
  /** Why it does not resume at once. */
  waitsFor?: WaitsFor | 'other invocation'
}

/** Time that an invocation reserves to store the page in hand and to enqueue the rest. */
const MARGIN_MS = 30_000

/** Collect what is due: one stream now, or each of several by a message of its own. */
export const collect =
  (ports: CollectPorts) =>
  async (request: CollectRequest, invocation: Invocation): Promise<CollectionOutcome | { asked: string[] }> => {
    const { hashtag, from } = request
    const streams = streamsAskedFor(ports, request)
    const [only, ...others] = streams
    if (hashtag !== undefined && only && others.length === 0) return collectStream(ports, only, from, invocation)
    for (const stream of streams) await ports.enqueue({ hashtag: stream.hashtag, stream: stream.stream, from })
    return { asked: streams.map(streamLabel) }
  }

function streamsAskedFor({ settings }: CollectPorts, { hashtag, stream }: CollectRequest): Stream[] {
  const all = watchedStreams(settings)
  if (hashtag === undefined) return all
  const asked = all.filter((one) => one.hashtag === hashtag && (stream === undefined || one.stream === stream))
  if (asked.length > 0) return asked
  const known = all.map(streamInWords).join(', ')
  throw new BellwetherError(
    'REQUEST_INVALID',
    `${streamInWords({ hashtag, stream })} is not among the hashtags of bellwether.yml: ${known}`,
  )
}

/**
 * Collect every complete UTC day of a stream that is not collected yet. One invocation at a time works on a stream: an
 * invocation that finds the lease held, or has to wait, enqueues the rest.
 */
async function collectStream(
  ports: CollectPorts,
  stream: Stream,
  from: string | undefined,
  invocation: Invocation,
): Promise<CollectionOutcome> {
  const { now, remainingMs } = invocation
  const end = midnight(now)
  const first = from === undefined ? dayBefore(end) : new Date(from).toISOString()
  // The cursor would never move past it.
  if (first > end)
    throw new BellwetherError('REQUEST_INVALID', `from: ${from} is in the future; name an instant that has passed`)
  const time = remainingMs()
  const hasTime = () => remainingMs() > Math.min(MARGIN_MS, time / 2)
  const of = { hashtag: stream.hashtag, stream: stream.stream }

  const until = now.getTime() + time
  const lease = await takeLease(ports.table, collectionLease(stream), ports.newOwner(), now.getTime(), until)
  if (!lease.held) {
    const waiting = { waitSeconds: (lease.until - now.getTime()) / 1000 + 1, waitsFor: 'other invocation' } as const
    return { ...of, runs: [], through: '', ...(await goOn(ports, { ...of, from }, waiting, invocation)) }
  }

  const runs: DayDone[] = []
  try {
    const names = namesOf(ports.settings, stream)
    const cursor = await openCursor(ports.table, runState, names, first, () => assertSameNetwork(ports, stream))
    if (from !== undefined && cursor.state().first !== first) {
      const began = cursor.state().first.slice(0, 10)
      throw new BellwetherError(
        'REQUEST_INVALID',
        `from: ${streamInWords(stream)} is already collected since ${began}; leave from out`,
      )
    }
    const source = await ports.openSource(stream)
    for (let day = cursor.state().through; day < end; day = cursor.state().through) {
      const done = await collectDay(ports, of, source, cursor, dayFrom(day), invocation, hasTime)
      if ('waitSeconds' in done) {
        const { through } = cursor.state()
        return { ...of, runs, through, ...(await goOn(ports, of, done, invocation)) }
      }
      runs.push(done)
    }
    return { ...of, runs, through: cursor.state().through }
  } finally {
    await lease.release()
  }
}

/**
 * Days under keys without a network belong to the stream that continues them. Where their newest run came from another
 * network, the settings have to name that network: otherwise its posts would be reported as this stream's.
 */
async function assertSameNetwork({ objects, settings }: CollectPorts, { hashtag, stream }: Stream): Promise<void> {
  let newest: string | undefined
  for await (const { key } of objects.list(keys.run.start({ hashtag }))) if (keys.run.match(key)) newest = key
  if (newest === undefined) return
  const { source } = await objects.readJson(newest, runRecord)
  // A source that is no longer configured cannot be asked.
  const network = Object.hasOwn(settings.sources, source) ? networkOf(settings.sources, source) : stream
  if (network === stream) return
  throw new BellwetherError(
    'SETTINGS_INVALID',
    `#${hashtag}: the posts under keys without a network came from ${network} and would be counted as ` +
      `${stream}; write unnamedNetwork: ${network} beside the tag in bellwether.yml`,
  )
}

/** Enqueue the rest, a little later than asked for, so that the lease is free by then. */
async function goOn(
  { enqueue }: CollectPorts,
  request: { hashtag: string; stream: string; from?: string | undefined },
  { waitSeconds, waitsFor }: { waitSeconds: number; waitsFor: NonNullable<CollectionOutcome['waitsFor']> },
  { log }: Pick<Invocation, 'log'>,
): Promise<Pick<CollectionOutcome, 'goesOnInSeconds' | 'waitsFor'>> {
  const goesOnInSeconds = Math.min(900, Math.max(2, Math.ceil(waitSeconds)))
  await enqueue(request, goesOnInSeconds)
  log.info('collection waits', { ...streamNameOf(request), seconds: goesOnInSeconds, waitsFor })
  return { goesOnInSeconds, waitsFor }
}
