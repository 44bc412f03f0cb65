import type { Invocation } from '../../shared/door'
import { BellwetherError } from '../../shared/errors'
import { requestDeletion } from '../../shared/deletions'
import { keys } from '../../shared/keys'
import type { Objects } from '../../shared/objects'
import { postsFromCsv } from '../../shared/posts'
import { absencesAmong, lastPresence, noteAbsences, notePresence } from '../../shared/state/absences'
import { streamLabel, namesOf, type Stream, streamInWords, type StreamName, watchedStreams } from '../../shared/streams'
import type { Table } from '../../shared/table'
import type { Settings } from '../../shared/settings'
import type { Mark } from '../../shared/tombstones'
import { dayOf } from '../../shared/utc-day'
import { bookUsd, closePage, pageCaps } from './budget'
import { verdictOf } from './presence'
import type { KeptPost, Presence, PresencePort, Source } from './sources/source'

export interface CheckPorts {
  objects: Pick<Objects, 'read' | 'list' | 'put' | 'stream'>
  table: Pick<Table, 'get' | 'getMany' | 'create' | 'update' | 'remove'>
  marks: () => Promise<Mark>
  settings: Pick<Settings, 'hashtags' | 'sources'>
  /** Opens only sources that can check posts; of the others only the name is needed. */
  openPresence(stream: Stream): Promise<Pick<Source, 'name' | 'caps' | 'presence'>>
  caps: Pick<Settings['caps'], 'posts' | 'collectUsd'>
  /** Requests that one check of a stream may make. */
  requestsPerDay: number
}

/** The result of checking one stream. It names no post. */
export interface PresenceCheck {
  hashtag: string
  stream: string
  /** Posts that the network answered for, and how many of them it no longer has. */
  answered: number
  missing: number
  /** The request for deletion, if one was made. */
  deletion?: string
  /** Why nothing was asked. */
  skipped?: string
}

/** An invocation stops asking when it has less time left than this. */
const MARGIN_MS = 30_000

/**
 * Once a UTC day, ask the networks whether stored posts still exist, from where the last check ended. Posts that are
 * gone are handed to deletion. A network that does not answer is asked about the same posts the next day. After every
 * stream was checked, raises SOURCE_REFUSED or SECRET_MISSING of a source, or SOURCE_UNAVAILABLE where a network misses
 * more than a fifth of the posts.
 */
export const checkPresence =
  (ports: CheckPorts) =>
  async ({ now, log, remainingMs }: Invocation): Promise<PresenceCheck[]> => {
    const checked: PresenceCheck[] = []
    const alarms: BellwetherError[] = []
    for (const stream of watchedStreams(ports.settings)) {
      if (remainingMs() < MARGIN_MS) break
      try {
        const one = await checkStream(ports, stream, now, remainingMs)
        checked.push(one.checked)
        if (one.alarm) alarms.push(new BellwetherError('SOURCE_UNAVAILABLE', one.alarm))
      } catch (error) {
        if (!isOfSource(error)) throw error
        alarms.push(error)
      }
    }
    log.info('presence of kept posts', { checked })
    const [first] = alarms
    if (first)
      throw new BellwetherError(
        first.code,
        alarms.map(({ message }) => message.slice(message.indexOf(': ') + 2)).join('\n'),
      )
    return checked
  }

/** An error that an operator has to fix for one source does not stop the other sources. */
const isOfSource = (error: unknown): error is BellwetherError =>
  error instanceof BellwetherError && (error.code === 'SOURCE_REFUSED' || error.code === 'SECRET_MISSING')

async function checkStream(
  ports: CheckPorts,
  stream: Stream,
  now: Date,
  remainingMs: () => number,
): Promise<{ checked: PresenceCheck; alarm?: string }> {
  const { hashtag, stream: network } = stream
  const none = (skipped: string) => ({ checked: { hashtag, stream: network, answered: 0, missing: 0, skipped } })
  const last = await lastPresence(ports.table, namesOf(ports.settings, stream))
  const today = dayOf(now.getTime())
  if (last?.day === today) return none('checked today')
  const source = await ports.openPresence(stream)
  if (!source.presence) return none('the source cannot tell')

  const begin = { page: last?.page ?? '', offset: last?.offset ?? 0 }
  const asked = await askedFrom(ports, { ...source, presence: source.presence }, stream, begin, today, remainingMs)
  await notePresence(ports.table, stream, { day: today, ...asked.reached })
  const concluded = await conclude(ports, stream, asked.answers, now)
  return asked.stopped === undefined
    ? concluded
    : { ...concluded, checked: { ...concluded.checked, skipped: asked.stopped } }
}

/** Ask about posts from a position on, while requests, money and time last. */
async function askedFrom(
  ports: CheckPorts,
  source: Pick<Source, 'name' | 'caps'> & { presence: PresencePort },
  stream: Stream,
  begin: Position,
  today: string,
  remainingMs: () => number,
): Promise<{ answers: Map<string, Presence>; reached: Position; stopped?: string }> {
  const { presence } = source
  const answers = new Map<string, Presence>()
  // Posts without an answer are asked about again.
  let reached = begin
  let left = ports.requestsPerDay
  const names = namesOf(ports.settings, stream)
  for await (const { page, posts, offset } of batchesFrom(ports.objects, names, begin, presence.batch)) {
    if (left <= 0 || remainingMs() < MARGIN_MS) break
    const token = `${streamLabel(stream)}/${today}/presence ${page} ${offset}`
    const usd = presence.mostUsd?.(posts.length) ?? 0
    const caps = pageCaps(source, ports.caps)
    if (usd > 0 && (await bookUsd(ports.table, caps, today, token, usd)))
      return { answers, reached, stopped: 'the cap caps.collectUsd is reached' }
    const said = await presence.stillThere(posts, left).catch(unlessUnavailable)
    const costUsd = 'said' in said ? (said.costUsd ?? 0) : 0
    if (usd > 0)
      await closePage(ports.table, caps, { day: today, token, posts: 0, usd, usedPosts: 0, usedUsd: costUsd })
    if ('waitSeconds' in said) return { answers, reached }
    if ('cannot' in said) return { answers, reached, stopped: said.cannot }
    left -= Math.max(1, said.requests)
    for (const [id, one] of said.said) answers.set(id, one)
    reached = { page, offset }
  }
  return { answers, reached }
}

function unlessUnavailable(error: unknown): { cannot: string } {
  if (error instanceof BellwetherError && error.code === 'SOURCE_UNAVAILABLE') return { cannot: error.message }
  throw error
}

async function conclude(ports: CheckPorts, stream: Stream, answers: ReadonlyMap<string, Presence>, now: Date) {
  const mark = await ports.marks()
  const marked = new Map(Array.from(answers.keys(), (id) => [id, mark('post', id)]))
  const known = await absencesAmong(ports.table, [...marked.values()])
  const since = new Map([...marked].flatMap(([id, of]) => (known.has(of) ? [[id, known.get(of) ?? '']] : [])))
  const verdict = verdictOf(answers, since, now)
  const missing = [...answers.values()].filter((one) => one !== 'there').length
  const checked: PresenceCheck = { hashtag: stream.hashtag, stream: stream.stream, answered: answers.size, missing }
  if (verdict.alarm)
    return {
      checked,
      alarm: `${streamInWords(stream)}: its network misses ${missing} of ${answers.size} stored posts: too many to be deletions, so none was deleted; check the network and this stack's access to it`,
    }
  if (verdict.delete.length > 0)
    checked.deletion = await requestDeletion(ports, mark, { posts: verdict.delete, authors: [] }, now)
  const markOf = (id: string) => mark('post', id)
  await noteAbsences(ports.table, { absent: verdict.absent.map(markOf), ended: verdict.ended.map(markOf) }, now)
  return { checked }
}

/** A position in the pages of a stream: the number of posts done in a page; 0 means all of them. */
interface Position {
  page: string
  offset: number
}

/** The posts of a stream in batches, each with the position after it. Starts at a position and goes once around. */
async function* batchesFrom(
  objects: Pick<Objects, 'list' | 'stream'>,
  names: readonly StreamName[],
  { page: first, offset: done }: Position,
  size: number,
): AsyncIterable<Position & { posts: KeptPost[] }> {
  const pages: string[] = []
  // Pages are asked about in the order of their keys.
  for (const name of [...names].reverse()) {
    for await (const { key } of objects.list(keys.posts.start(name))) if (keys.posts.match(key)) pages.push(key)
  }
  const isBehind = (page: string) => page < first || (page === first && done === 0)
  for (const page of [...pages.filter((one) => !isBehind(one)), ...pages.filter(isBehind)]) {
    const posts: KeptPost[] = []
    for await (const { id, sourceId } of postsFromCsv(await objects.stream(page))) posts.push({ id, sourceId })
    for (let from = page === first ? done : 0; from < posts.length; from += size) {
      const to = from + size
      yield { page, offset: to < posts.length ? to : 0, posts: posts.slice(from, to) }
    }
  }
}
