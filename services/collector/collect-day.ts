import { postsCollected } from '../../events'
import type { Publish } from '../../shared/bus'
import { spent } from '../../shared/state/ledger'
import type { Invocation } from '../../shared/door'
import { keys } from '../../shared/keys'
import { type Objects, recordedHash } from '../../shared/objects'
import type { Settings } from '../../shared/settings'
import { streamNameOf, namesOf, type StreamName } from '../../shared/streams'
import type { Table } from '../../shared/table'
import type { AskTombstones } from '../../shared/tombstones'
import { correlate } from '../../shared/watch/correlation'
import { bookPage, bookUsd, closePage, type PageCaps, pageCaps, roomOn } from './budget'
import type { Cursor } from '../../shared/state/cursor'
import { dayOf } from '../../shared/utc-day'
import { withoutDeleted } from './deleted'
import { placeOfRun, runRecordOf, type RunState } from './run'
import type { Source, SourcePage, Wait } from './sources/source'
import { type Effect, type StepFacts, type Input, step, type WaitsFor } from './step'
import { type TableObjects, writeRunTables } from './tables'
import type { TimeWindow } from './window'
import { announceCap } from '../../shared/announce-cap'

export interface CollectDayPorts {
  objects: Pick<Objects, 'create' | 'read'> & TableObjects
  table: Pick<Table, 'get' | 'create' | 'update'>
  publish: Publish
  /** Which posts were deleted here. */
  tombstones: AskTombstones
  caps: Settings['caps']
  languages: readonly string[]
  settings: Pick<Settings, 'hashtags' | 'sources'>
}

/** The answer to an ad-hoc request: one finished run. */
export type DayDone = Pick<ReturnType<typeof runRecordOf>, 'run' | 'posts' | 'complete' | 'stoppedBy'>

/** A day that is resumed later, and why. */
export type DayWaits = Wait & { waitsFor: WaitsFor }

/** How many refused rows are stored for each page; all are counted. */
const REFUSED_KEPT = 1000

/** Everything that is needed to carry out an effect. */
interface Work {
  ports: CollectDayPorts
  stream: StreamName
  source: Source
  caps: PageCaps
  log: Invocation['log']
}

/**
 * Collect a UTC day of a stream. Each page is stored once and paid for once; then come run.json, the event and the
 * cursor. `step` decides, and this loop carries out its decisions. The cursor stores the run before each effect, so
 * that the invocation after a crash resumes there. Waits are left to the caller.
 */
export async function collectDay(
  ports: CollectDayPorts,
  stream: StreamName,
  source: Source,
  cursor: Cursor<RunState>,
  day: TimeWindow,
  { now, log }: Pick<Invocation, 'now' | 'log'>,
  hasTime: () => boolean,
): Promise<DayDone | DayWaits> {
  correlate(dayOf(new Date(day.from)))
  const work: Work = { ports, stream, source, caps: pageCaps(source, ports.caps), log }
  const isFirst = cursor.state().first === day.from
  const known = { ...streamNameOf(stream), source, day, first: isFirst, now, languages: ports.languages }
  let kept = cursor.state().run
  let input: Input = { after: 'begin' }
  for (;;) {
    const facts: StepFacts = { ...known, hasTime: hasTime() }
    const { run, effect } = step(kept, input, facts)
    if (run && run !== kept) await cursor.keep(run)
    kept = run
    if (effect.kind === 'park') return { waitSeconds: effect.waitSeconds, waitsFor: effect.waitsFor }
    if (run && effect.kind === 'finish') return finish(work, cursor, run)
    input = await carryOut(effect, work, run, facts)
  }
}

async function carryOut(effect: Effect, work: Work, run: RunState | null, { now }: StepFacts): Promise<Input> {
  const { ports, source, caps } = work
  const today = dayOf(now)
  switch (effect.kind) {
    case 'count':
      return count(effect, work)
    case 'close':
      await closePage(ports.table, caps, effect.unsettled)
      return { after: 'close' }
    case 'look':
      return { after: 'look', sha256: await digestOf(ports, effect.key) }
    case 'room':
      return { after: 'room', attempt: effect.attempt, ...(await roomOn(ports.table, caps, today)) }
    case 'book': {
      const booked = await bookPage(ports.table, caps, effect.booking)
      return { after: 'book', attempt: effect.attempt, booked }
    }
    case 'fetch': {
      const page = await source.read(effect.request)
      if ('waitSeconds' in page) return { after: 'fetch', page }
      if ('exhausted' in page) {
        work.log.warn(page.exhausted, { ...work.stream, run: run?.id })
        return {
          after: 'fetch',
          page: { ...page, spentPosts: await spent(ports.table, caps.posts.kind, today.slice(0, 7)) },
        }
      }
      if (page.partialErrors?.length)
        work.log.warn('partial answer', { ...work.stream, run: run?.id, errors: page.partialErrors })
      return { after: 'fetch', page: await withoutDeleted(ports.tombstones, page) }
    }
    case 'store':
      return store(effect, work, run)
    case 'park':
    case 'finish':
      throw new Error(`effect ${effect.kind} is not carried out here: the loop ends before it`)
  }
}

async function count(
  { window, booking }: Extract<Effect, { kind: 'count' }>,
  { ports: { table }, caps, source }: Work,
): Promise<Input> {
  const broken = booking && (await bookUsd(table, caps, booking.day, booking.token, booking.usd))
  if (broken) return { after: 'count', booking: null, existing: undefined }
  return { after: 'count', booking, existing: await source.count(window) }
}

async function store(
  { key, csv, refusedKey, refused }: Extract<Effect, { kind: 'store' }>,
  { ports, stream, log }: Work,
  run: RunState | null,
): Promise<Input> {
  const [first] = refused
  if (first) {
    // A row may be personal data: the log names only its position; the bucket has the row.
    log.warn('rows refused', { ...stream, run: run?.id, rows: refused.length, first: whereOf(first) })
    const lines = refused.slice(0, REFUSED_KEPT).map((row) => `${JSON.stringify(row)}\n`)
    await ports.objects.create(refusedKey, lines.join(''))
  }
  if (csv === null || (await ports.objects.create(key, csv)) === 'created')
    return { after: 'store', created: true, sha256: undefined }
  return { after: 'store', created: false, sha256: await digestOf(ports, key) }
}

async function finish({ ports, stream, log }: Work, cursor: Cursor<RunState>, run: RunState): Promise<DayDone> {
  const record = runRecordOf(stream.hashtag, run)
  const { posts, complete, costUsd, stoppedBy } = record
  const place = placeOfRun(stream.hashtag, run)
  const runKey = keys.run(place)
  await ports.objects.create(runKey, `${JSON.stringify(record, null, 2)}\n`)
  if (run.stoppedBy?.cap) await announceCap(ports.table, ports.publish, 'collector', run.stoppedBy.cap)
  await ports.publish(postsCollected, { ...place, runKey, posts, complete, costUsd })
  // Before the cursor moves: the invocation after a crash then finishes the run again, tables included.
  await writeRunTables(ports.objects, namesOf(ports.settings, stream), record)
  await cursor.commit(run)
  log.info('run finished', { ...place, posts, complete, stoppedBy, costUsd })
  return { run: run.id, posts, complete, stoppedBy }
}

async function digestOf({ objects }: CollectDayPorts, key: string): Promise<string | undefined> {
  const there = await objects.read(key)
  return there && recordedHash(there.body, there.rewriting)
}

const whereOf = ({ line, field, reason }: SourcePage['refused'][number]) => ({ line, field, reason })
