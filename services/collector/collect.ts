import { z } from 'zod'
import { collectionLease, takeLease } from '../../shared/state/lease'
import type { Invocation } from '../../shared/door'
import { BellwetherError } from '../../shared/errors'
import type { Enqueue } from '../../shared/queue'
import { collectDay, type DayDone, type Ports } from './collect-day'
import type { WaitsFor } from './step'
import { openCursor } from '../../shared/state/cursor'
import { runState } from './run'
import type { Source } from './sources/source'
import { dayBefore, dayFrom, midnight } from './window'

/** An empty request stands for every hashtag. `from` is where the first run of a hashtag begins. */
export const collectRequest = z
  .strictObject({
    hashtag: z
      .string()
      .transform((tag) => tag.replace(/^#/, '').toLowerCase())
      .optional(),
    from: z.iso.date().optional(),
  })
  .refine(({ hashtag, from }) => hashtag !== undefined || from === undefined, {
    path: ['from'],
    message: 'needs the hashtag whose first run begins there',
  })
type CollectRequest = z.infer<typeof collectRequest>

export interface CollectPorts extends Ports {
  hashtags: readonly string[]
  openSource(hashtag: string): Promise<Source>
  enqueue: Enqueue
  newOwner(): string
}

/** The answer to an ad-hoc request. */
export interface Collected {
  hashtag: string
  runs: DayDone[]
  /** Everything before this instant is collected. */
  through: string
  /** Seconds until a message on the queue continues with the rest. */
  goesOnInSeconds?: number
  /** Why it does not go on at once. */
  waitsFor?: WaitsFor | 'other invocation'
}

/** Time that an invocation reserves to store the page in hand and to enqueue the rest. */
const MARGIN_MS = 30_000

/** Collect what is due: one hashtag now, or every hashtag by a message of its own. */
export const collect =
  (ports: CollectPorts) =>
  async ({ hashtag, from }: CollectRequest, invocation: Invocation): Promise<Collected | { asked: string[] }> => {
    if (hashtag !== undefined) return collectHashtag(ports, hashtag, from, invocation)
    for (const each of ports.hashtags) await ports.enqueue({ hashtag: each })
    return { asked: [...ports.hashtags] }
  }

/**
 * Collect every whole UTC day of a hashtag that is not collected yet. One invocation works on a hashtag at a time: one that
 * finds the lease held, or has to wait, puts the rest on the queue.
 */
async function collectHashtag(
  ports: CollectPorts,
  hashtag: string,
  from: string | undefined,
  invocation: Invocation,
): Promise<Collected> {
  if (!ports.hashtags.includes(hashtag)) {
    const known = ports.hashtags.map((tag) => `#${tag}`).join(', ')
    throw new BellwetherError('REQUEST_INVALID', `#${hashtag} is not among the hashtags of bellwether.yml: ${known}`)
  }
  const { now, remainingMs } = invocation
  const end = midnight(now)
  const first = from === undefined ? dayBefore(end) : new Date(from).toISOString()
  // The cursor would wait there for good.
  if (first > end) throw new BellwetherError('REQUEST_INVALID', `from: ${from} is still to come`)
  const time = remainingMs()
  const hasTime = () => remainingMs() > Math.min(MARGIN_MS, time / 2)

  const until = now.getTime() + time
  const lease = await takeLease(ports.table, collectionLease(hashtag), ports.newOwner(), now.getTime(), until)
  if (!lease.held) {
    const waiting = { waitSeconds: (lease.until - now.getTime()) / 1000 + 1, waitsFor: 'other invocation' } as const
    return { hashtag, runs: [], through: '', ...(await goOn(ports, { hashtag, from }, waiting, invocation)) }
  }

  const runs: DayDone[] = []
  try {
    const cursor = await openCursor(ports.table, runState, hashtag, first)
    if (from !== undefined && cursor.state().first !== first) {
      const began = cursor.state().first.slice(0, 10)
      throw new BellwetherError('REQUEST_INVALID', `from: #${hashtag} is collected since ${began} already`)
    }
    const source = await ports.openSource(hashtag)
    for (let day = cursor.state().through; day < end; day = cursor.state().through) {
      const done = await collectDay(ports, hashtag, source, cursor, dayFrom(day), invocation, hasTime)
      if ('waitSeconds' in done) {
        const { through } = cursor.state()
        return { hashtag, runs, through, ...(await goOn(ports, { hashtag }, done, invocation)) }
      }
      runs.push(done)
    }
    return { hashtag, runs, through: cursor.state().through }
  } finally {
    await lease.release()
  }
}

/** Put the rest on the queue, a little later than asked for, so that the lease is free by then. */
async function goOn(
  { enqueue }: CollectPorts,
  request: { hashtag: string; from?: string | undefined },
  { waitSeconds, waitsFor }: { waitSeconds: number; waitsFor: NonNullable<Collected['waitsFor']> },
  { log }: Pick<Invocation, 'log'>,
): Promise<Pick<Collected, 'goesOnInSeconds' | 'waitsFor'>> {
  const goesOnInSeconds = Math.min(900, Math.max(2, Math.ceil(waitSeconds)))
  await enqueue(request, goesOnInSeconds)
  log.info('collection waits', { hashtag: request.hashtag, seconds: goesOnInSeconds, waitsFor })
  return { goesOnInSeconds, waitsFor }
}
