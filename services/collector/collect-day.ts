import { createHash } from 'node:crypto'
import { postsCollected } from '../../events'
import type { Publish } from '../../shared/bus'
import { spent } from '../../shared/state/ledger'
import type { Invocation } from '../../shared/door'
import { BellwetherError } from '../../shared/errors'
import { keys } from '../../shared/keys'
import type { Objects } from '../../shared/objects'
import { type Post, postsToCsv } from '../../shared/posts'
import type { Settings } from '../../shared/settings'
import type { Table } from '../../shared/table'
import { bookPage, bookUsd, closePage, roomOn, tellReached } from './budget'
import type { Cursor } from './cursor'
import { advance, type Answer, begin, dateOf, pageKey, recordOf, type RunState, stop } from './run'
import type { Source, SourcePage, Wait } from './source'
import type { Window } from './window'

export interface Ports {
  objects: Pick<Objects, 'create' | 'read'>
  table: Pick<Table, 'get' | 'create' | 'update'>
  publish: Publish
  caps: Settings['caps']
  languages: readonly string[]
}

/** What a finished run tells who asked for it. */
export type DayDone = Pick<ReturnType<typeof recordOf>, 'run' | 'posts' | 'complete' | 'stoppedBy'>

/**
 * How long a run that finds the rest of a cap booked by others leaves them to read: longer each time, and all in all
 * over two hours, in which whoever died has been taken up again by the queue or the reconciler. A booking that nobody
 * comes back to must not hold up the others for ever.
 */
const othersReadSeconds = (waits: number): number => Math.min(900, 20 * 2 ** waits)
const MOST_WAITS = 14

/** How many rows that are no posts are kept for each page; all are counted. */
const REFUSED_KEPT = 1000

/**
 * Collect a UTC day of a hashtag: every page stored once and paid once, then run.json, then the event, then the cursor.
 * Each step is kept in the cursor before the next, so that whoever comes after a stop goes on where it happened. Waits
 * for the source's rate limit, or for time, are handed back: the caller comes again later.
 */
export async function collectDay(
  ports: Ports,
  hashtag: string,
  source: Source,
  cursor: Cursor,
  day: Window,
  { now, log }: Pick<Invocation, 'now' | 'log'>,
  hasTime: () => boolean,
): Promise<DayDone | Wait> {
  const token = (page: number | 'count') => `${hashtag}/${day.from.slice(0, 10)}/${page}`
  const spendingDay = now.toISOString().slice(0, 10)

  const beginRun = async (): Promise<RunState | Wait> => {
    const early = Math.ceil((Date.parse(day.to) - now.getTime()) / 1000) + source.lagSeconds
    if (early > 0) return { waitSeconds: early }
    const run = begin(source, day, cursor.state().first === day.from, now)
    if (!run.readable) return cursor.keep(run)

    const paid = source.countUsd > 0
    const booked = !paid || !(await bookUsd(ports.table, ports.caps, spendingDay, token('count'), source.countUsd))
    const existing = booked ? await source.count(run.readable) : undefined
    if (typeof existing === 'object') return existing
    const costUsd = booked ? source.countUsd : 0
    const count = { posts: 0, usd: source.countUsd, usedPosts: 0, usedUsd: costUsd }
    const unsettled = paid && booked ? { day: spendingDay, token: token('count'), ...count } : null
    return cursor.keep({ ...run, existing: existing ?? null, costUsd, unsettled })
  }

  /** Book the most that the next page may be; a cap without room for a page ends the run. */
  const bookNext = async (run: RunState, attempt = 1): Promise<RunState | Wait> => {
    const booked = run.booked ?? (await plan(run))
    if ('waitSeconds' in booked) {
      await cursor.keep({ ...run, waits: run.waits + 1 })
      return booked
    }
    if (!('token' in booked)) return cursor.keep(stop(run, booked.cap, booked))
    const planned = run.booked ? run : await cursor.keep({ ...run, booked })
    if (await bookPage(ports.table, ports.caps, booked)) return planned
    // Another hashtag was faster: look again at what is left.
    if (attempt === 10)
      throw new BellwetherError('CONFLICT', `${booked.token} finds the ledger changed again and again`)
    return bookNext(await cursor.keep({ ...planned, booked: null }), attempt + 1)
  }

  const plan = async (run: RunState) => {
    const { posts, collectUsd } = await roomOn(ports.table, ports.caps, spendingDay)
    const affordable = largestWithin(collectUsd.left, source)
    const limit = Math.min(source.page.most, Math.floor(posts.left), affordable)
    if (limit >= source.page.least) {
      return { day: spendingDay, token: token(run.page), posts: limit, usd: source.mostUsd(limit) }
    }
    const { left: _, open, ...reached } = affordable < Math.floor(posts.left) ? collectUsd : posts
    const mayComeBack = open.some((booking) => booking !== token(run.page))
    return mayComeBack && run.waits < MOST_WAITS ? { waitSeconds: othersReadSeconds(run.waits) } : reached
  }

  const readNext = async (run: RunState): Promise<RunState | Wait> => {
    const there = await storedAnswer(run)
    if (there) return cursor.keep(advance(run, there))

    const booked = await bookNext(run)
    if ('waitSeconds' in booked || !booked.booked || !booked.readable) return booked
    const page = await source.read({
      window: booked.readable,
      first: booked.first,
      next: booked.next,
      limit: booked.booked.posts,
    })
    if ('waitSeconds' in page) return page
    if ('exhausted' in page) {
      log.warn(page.exhausted, { hashtag, run: run.id })
      const month = spendingDay.slice(0, 7)
      const limit = (await spent(ports.table, 'posts', month)) - booked.booked.posts
      const cap = `the usage limit of ${source.name}`
      return cursor.keep(stop(booked, cap, { cap, limit, period: month }))
    }
    return store(booked, page)
  }

  const store = async (run: RunState, page: SourcePage): Promise<RunState> => {
    if (page.partialErrors?.length) log.warn('partial answer', { hashtag, run: run.id, errors: page.partialErrors })
    const wanted = page.posts.filter(({ language }) => isWanted(language, ports.languages))
    const csv = postsToCsv(wanted)
    const answer: Answer = {
      posts: wanted.length,
      otherLanguages: page.posts.length - wanted.length,
      refusedRows: page.refused.length,
      partialErrors: page.partialErrors?.length ?? 0,
      read: page.read,
      costUsd: page.costUsd,
      sha256: sha256(csv),
      next: page.next,
      reached: page.reached,
    }
    const kept = await cursor.keep({ ...run, answers: [...run.answers, answer] })
    await keepRefused(run, page)
    if (wanted.length === 0) return cursor.keep(advance(kept, answer))

    const key = pageKey(hashtag, run, run.page)
    if ((await ports.objects.create(key, csv)) === 'created') return cursor.keep(advance(kept, answer))
    const there = await storedAnswer(kept)
    if (!there) throw new BellwetherError('CONFLICT', `${key} holds what this run did not read`)
    return cursor.keep(advance(kept, there))
  }

  /** The answer whose posts are in the bucket already, when an earlier invocation stopped after storing them. */
  const storedAnswer = async (run: RunState): Promise<Answer | undefined> => {
    if (run.answers.length === 0) return undefined
    const there = await ports.objects.read(pageKey(hashtag, run, run.page))
    const digest = there && sha256(there.body)
    return run.answers.find((answer) => answer.sha256 === digest)
  }

  const keepRefused = async (run: RunState, { refused }: SourcePage) => {
    if (refused.length === 0) return
    // What a row says may be personal: the log tells where it stands, the bucket keeps it.
    log.warn('rows refused', { hashtag, run: run.id, rows: refused.length, first: whereOf(refused[0]!) })
    const lines = refused.slice(0, REFUSED_KEPT).map((row) => `${JSON.stringify(row)}\n`)
    const place = { hashtag, date: dateOf(run), run: run.id, page: String(run.page) }
    await ports.objects.create(keys.refused(place), lines.join(''))
  }

  const finish = async (run: RunState): Promise<DayDone> => {
    const record = recordOf(hashtag, run)
    const { date, posts, complete, costUsd, stoppedBy } = record
    const runKey = keys.run({ hashtag, date, run: run.id })
    await ports.objects.create(runKey, `${JSON.stringify(record, null, 2)}\n`)
    if (run.stoppedBy?.cap) await tellReached(ports.table, ports.publish, run.stoppedBy.cap)
    await ports.publish(postsCollected, { hashtag, date, run: run.id, runKey, posts, complete, costUsd })
    await cursor.commit(run)
    log.info('run finished', { hashtag, run: run.id, posts, complete, stoppedBy, costUsd })
    return { run: run.id, posts, complete, stoppedBy }
  }

  let run = cursor.state().run ?? (await beginRun())
  for (;;) {
    if ('waitSeconds' in run) return run
    if (run.unsettled) await closePage(ports.table, run.unsettled)
    if (run.finished) return finish(run)
    if (!hasTime()) return { waitSeconds: 0 }
    // A window that begins where the source no longer reaches is refused as a whole.
    const isLost = run.readable !== null && (source.horizon(now) ?? '') > run.readable.from
    // Where the next page begins means nothing to another source.
    if (isLost) run = await cursor.keep(stop(run, `the age of what ${source.name} still has`, null))
    else if (run.source !== source.name)
      run = await cursor.keep(stop(run, `the change of its source to ${source.name}`, null))
    else run = await readNext(run)
  }
}

const whereOf = ({ line, field, reason }: SourcePage['refused'][number]) => ({ line, field, reason })

const isWanted = (language: Post['language'], languages: readonly string[]): boolean =>
  language === '' || languages.length === 0 || languages.includes(language.split('-')[0]!.toLowerCase())

/** Most posts that an amount pays for. */
function largestWithin(usd: number, source: Source): number {
  const each = source.mostUsd(1)
  return each === 0 ? Number.POSITIVE_INFINITY : Math.floor(usd / each + 1e-9)
}

const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex')
