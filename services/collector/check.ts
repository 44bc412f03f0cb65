import type { Invocation } from '../../shared/door'
import { BellwetherError } from '../../shared/errors'
import { requestDeletion } from '../../shared/deletions'
import { keys } from '../../shared/keys'
import type { Objects } from '../../shared/objects'
import { postsFromCsv } from '../../shared/posts'
import { absencesAmong, lastPresence, noteAbsences, notePresence } from '../../shared/state/absences'
import type { Table } from '../../shared/table'
import type { Mark } from '../../shared/tombstones'
import { dayOf } from '../../shared/utc-day'
import { verdictOf } from './presence'
import type { Presence, Source } from './sources/source'

export interface CheckPorts {
  objects: Pick<Objects, 'read' | 'list' | 'put' | 'stream'>
  table: Pick<Table, 'get' | 'getMany' | 'create' | 'update' | 'remove'>
  marks: () => Promise<Mark>
  hashtags: readonly string[]
  openSource(hashtag: string): Promise<Source>
  /** Requests that a check of one hashtag may make. */
  requestsPerDay: number
}

/** What a check of a hashtag came to. It names no post. */
export interface Checked {
  hashtag: string
  /** Posts that the network answered for, and those of them that it no longer has. */
  answered: number
  missing: number
  /** The request for deletion, where one was made. */
  deletion?: string
  /** Why nothing was asked. */
  skipped?: string
}

/** An invocation stops asking when it has less time than this. */
const MARGIN_MS = 30_000

/**
 * Ask the networks about posts that are kept, once a UTC day, going on where the last check ended. What is gone is asked to be
 * deleted. Raises SOURCE_UNAVAILABLE, after every hashtag was checked, where a network misses more than a fifth of the posts.
 */
export const checkPresence =
  (ports: CheckPorts) =>
  async ({ now, log, remainingMs }: Invocation): Promise<Checked[]> => {
    const checked: Checked[] = []
    const alarms: string[] = []
    for (const hashtag of ports.hashtags) {
      if (remainingMs() < MARGIN_MS) break
      const one = await checkHashtag(ports, hashtag, now, remainingMs)
      checked.push(one.checked)
      if (one.alarm) alarms.push(one.alarm)
    }
    log.info('presence of kept posts', { checked })
    if (alarms.length > 0) throw new BellwetherError('SOURCE_UNAVAILABLE', alarms.join('\n'))
    return checked
  }

async function checkHashtag(
  ports: CheckPorts,
  hashtag: string,
  now: Date,
  remainingMs: () => number,
): Promise<{ checked: Checked; alarm?: string }> {
  const none = (skipped: string) => ({ checked: { hashtag, answered: 0, missing: 0, skipped } })
  const last = await lastPresence(ports.table, hashtag)
  const today = dayOf(now.getTime())
  if (last?.day === today) return none('checked today')
  const { presence } = await ports.openSource(hashtag)
  if (!presence) return none('the source cannot tell')

  const answers = new Map<string, Presence>()
  const begin = { page: last?.page ?? '', offset: last?.offset ?? 0 }
  // A network that did not answer is asked about the same posts again.
  let reached = begin
  let requests = 0
  for await (const { page, ids, offset } of batchesFrom(ports.objects, hashtag, begin, presence.batch)) {
    if (requests === ports.requestsPerDay || remainingMs() < MARGIN_MS) break
    requests += 1
    const said = await presence.stillThere(ids)
    if ('waitSeconds' in said) break
    for (const [id, one] of said) answers.set(id, one)
    reached = { page, offset }
  }
  await notePresence(ports.table, hashtag, { day: today, ...reached })
  return conclude(ports, hashtag, answers, now)
}

async function conclude(ports: CheckPorts, hashtag: string, answers: ReadonlyMap<string, Presence>, now: Date) {
  const mark = await ports.marks()
  const marked = new Map(Array.from(answers.keys(), (id) => [id, mark('post', id)]))
  const known = await absencesAmong(ports.table, [...marked.values()])
  const since = new Map([...marked].flatMap(([id, of]) => (known.has(of) ? [[id, known.get(of) ?? '']] : [])))
  const verdict = verdictOf(answers, since, now)
  const missing = [...answers.values()].filter((one) => one !== 'there').length
  const checked: Checked = { hashtag, answered: answers.size, missing }
  if (verdict.alarm)
    return {
      checked,
      alarm: `#${hashtag}: its network misses ${missing} of ${answers.size} kept posts: nothing was deleted; look whether the network or our access to it is broken`,
    }
  if (verdict.delete.length > 0)
    checked.deletion = await requestDeletion(ports, mark, { posts: verdict.delete, authors: [] }, now)
  const markOf = (id: string) => mark('post', id)
  await noteAbsences(ports.table, { absent: verdict.absent.map(markOf), ended: verdict.ended.map(markOf) }, now)
  return { checked }
}

/** A place among the pages of a hashtag: so many posts of a page; 0 where all of them. */
interface Position {
  page: string
  offset: number
}

/** The ids of a hashtag's posts in batches, each with the position after it; from a position on, once around. */
async function* batchesFrom(
  objects: Pick<Objects, 'list' | 'stream'>,
  hashtag: string,
  { page: first, offset: done }: Position,
  size: number,
): AsyncIterable<Position & { ids: string[] }> {
  const pages: string[] = []
  for await (const { key } of objects.list(keys.posts.start({ hashtag }))) if (keys.posts.match(key)) pages.push(key)
  const isBehind = (page: string) => page < first || (page === first && done === 0)
  for (const page of [...pages.filter((one) => !isBehind(one)), ...pages.filter(isBehind)]) {
    const ids: string[] = []
    for await (const { id } of postsFromCsv(await objects.stream(page))) ids.push(id)
    for (let from = page === first ? done : 0; from < ids.length; from += size) {
      const to = from + size
      yield { page, offset: to < ids.length ? to : 0, ids: ids.slice(from, to) }
    }
  }
}
