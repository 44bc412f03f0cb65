import { concurrently } from '../../shared/concurrently'
import {
  beginDeletion,
  newDeletion,
  NO_MARKS,
  readDeletion,
  requestOf,
  saveDeletion,
  type ToDelete,
} from '../../shared/deletions'
import type { Invocation } from '../../shared/door'
import { BellwetherError } from '../../shared/errors'
import { keys, prefixes } from '../../shared/keys'
import { noteRewriting } from '../../shared/labels'
import type { Objects } from '../../shared/objects'
import type { DeletionRecord } from '../../shared/records'
import { noteDone } from '../../shared/state/open-deletions'
import { type Lease, takeLease } from '../../shared/state/lease'
import { bury } from '../../shared/state/tombstones'
import { streamInWords, type StreamNames } from '../../shared/streams'
import type { Table } from '../../shared/table'
import type { Mark } from '../../shared/tombstones'
import { find } from './find'
import { deleteReplaced, lostBy, modelsOf, noteModels } from './models'
import { kindOfKey, placeAt } from './files/kinds'
import { type ChangeAt, type RewriteOutcome, removeAll, rewriteKey } from './files/rewrite'
import { forgetRows, waitingFor } from './rows'
import { type FoundTargets, marksOf, type DeletionTargets, targetsOf } from './targets'
import { allVersions, type Version, type Versions } from './versions'

export interface DeletePorts {
  objects: Pick<Objects, 'read' | 'list' | 'put' | 'swap'>
  bucket: Versions
  table: Pick<Table, 'get' | 'getMany' | 'query' | 'create' | 'update' | 'remove'>
  marks: () => Promise<Mark>
  /** The names of every stream that is collected. */
  streams: readonly StreamNames[]
  /** `retention.days`; absent means that texts are kept. */
  retentionDays: number | undefined
  newOwner(): string
}

/** The progress of a request. It names no post. */
export interface DeletionProgress extends Pick<
  DeletionRecord,
  'request' | 'posts' | 'authors' | 'items' | 'versions' | 'rows' | 'models'
> {
  /** `removing` resumes with the next hour; `verifying`: everything is gone and is checked once more. */
  state: DeletionRecord['state']
  dryRun?: true
  /** Rows of objects, by the kind of their key. `record` lists every object. */
  objects: Record<string, { objects: number; rows: number }>
  record: string
  /** What it waits for. */
  waiting?: string[]
}

const NOBODY: ToDelete = { posts: [], authors: [] }
/** By then, every invocation that ran during a search, and all retries of an event, have ended. */
const VERIFIED_AFTER_MS = 20 * 60_000
/** Time that an invocation reserves to store its progress. */
const MARGIN_MS = 30_000
const KEYS_AT_ONCE = 8

/**
 * Delete posts, what repeats them, and what authors posted. Idempotent: the same request again does the rest, if
 * anything is left.
 */
export const deletePosts =
  (ports: DeletePorts) =>
  async (wanted: ToDelete, dryRun: boolean, invocation: Invocation): Promise<DeletionProgress> => {
    const mark = await ports.marks()
    if (dryRun) {
      const blank = newDeletion(requestOf(mark, wanted), invocation.now)
      const look = await lookOnce(ports, mark, blank, wanted, { ...invocation, dryRun })
      return { ...answerOf(look.record, look.waiting), dryRun }
    }
    const lease = await leaseFor(ports, invocation)
    if (!lease.held)
      throw new BellwetherError(
        'LEASE_HELD',
        `another deletion is running, until ${new Date(lease.until).toISOString()} at the latest; retry then`,
      )
    try {
      const begun = await beginDeletion(ports, mark, wanted, invocation.now)
      const answer = await work(ports, mark, begun, wanted, invocation)
      if (answer.models.length > 0) await deleteReplaced(ports.objects, ports.bucket, ports.table)
      return answer
    } finally {
      await lease.release()
    }
  }

/** Resume every unfinished request, and delete the affected models that are no longer live. */
export const resumeDeletions =
  (ports: DeletePorts) =>
  async (invocation: Invocation): Promise<{ requests: DeletionProgress[]; modelsKept: string[] }> => {
    const open: DeletionRecord[] = []
    for await (const { key } of ports.objects.list(prefixes.privacy)) {
      const request = keys.deletion.match(key)?.request
      const record = request === undefined ? undefined : await readDeletion(ports.objects, request)
      if (record && isDue(record, invocation.now)) open.push(record)
    }
    if (open.length === 0)
      return { requests: [], modelsKept: await deleteReplaced(ports.objects, ports.bucket, ports.table) }
    const mark = await ports.marks()
    const lease = await leaseFor(ports, invocation)
    // What it finds open, the invocation that holds the lease or the next hour resumes.
    if (!lease.held) return { requests: [], modelsKept: [] }
    try {
      const requests: DeletionProgress[] = []
      for (const record of open) requests.push(await work(ports, mark, record, NOBODY, invocation))
      return { requests, modelsKept: await deleteReplaced(ports.objects, ports.bucket, ports.table) }
    } finally {
      await lease.release()
    }
  }

const isDue = ({ state, looked }: DeletionRecord, now: Date): boolean =>
  state === 'removing' ||
  (state === 'verifying' && looked !== null && now.getTime() - Date.parse(looked) >= VERIFIED_AFTER_MS)

/** One deletion at a time: two would rewrite the same objects. */
export function leaseFor(
  { table, newOwner }: Pick<DeletePorts, 'table' | 'newOwner'>,
  { now, remainingMs }: Invocation,
): Promise<Lease> {
  return takeLease(table, 'privacy', newOwner(), now.getTime(), now.getTime() + remainingMs())
}

/** Search, remove what is found, and store the progress. */
async function work(
  ports: DeletePorts,
  mark: Mark,
  before: DeletionRecord,
  asked: ToDelete,
  invocation: Invocation,
): Promise<DeletionProgress> {
  const {
    record: looked,
    waiting,
    removed,
    finished,
  } = await lookOnce(ports, mark, before, asked, {
    ...invocation,
    dryRun: false,
  })
  const verified = finished && removed === 0 && waiting.length === 0 && before.state !== 'removing'
  const record: DeletionRecord = verified
    ? { ...looked, state: 'done', marks: NO_MARKS, looked: before.looked }
    : {
        ...looked,
        state: finished && waiting.length === 0 ? 'verifying' : 'removing',
        looked: invocation.now.toISOString(),
      }
  if (JSON.stringify(record) !== JSON.stringify(before)) await saveDeletion(ports.objects, record)
  const { request, posts, models, versions } = record
  if (record.state === 'done') await noteDone(ports.table, [request])
  invocation.log.info('deletion', {
    request,
    state: record.state,
    posts,
    models,
    objects: record.objects.length,
    versions,
  })
  return answerOf(record, waiting)
}

interface Look {
  record: DeletionRecord
  waiting: string[]
  /** How much this search removed. */
  removed: number
  /** False where time ran out. */
  finished: boolean
}

/**
 * Search, then remove everything: documents first, then rows of the table, then the files that say which posts share a
 * message, then the pages. In this order an invocation that resumes still finds what it needs.
 */
async function lookOnce(
  ports: DeletePorts,
  mark: Mark,
  before: DeletionRecord,
  asked: ToDelete,
  { dryRun, remainingMs, now }: Pick<Invocation, 'remainingMs' | 'now'> & { dryRun: boolean },
): Promise<Look> {
  const { request } = before
  const all = await allVersions(ports.bucket, '')
  const results = all.filter(({ key }) => key.startsWith(prefixes.queryResults))
  const versions = all.filter(({ key }) => ![prefixes.queryResults, prefixes.privacy].some((of) => key.startsWith(of)))
  const found = await find(ports.bucket, versions, asked, before.marks, mark)
  const targets = targetsOf(found, before.marks, mark)
  let record = withFound(before, found, targets, marksOf(found, mark, before.marks))
  if (!dryRun) {
    const known = new Set(before.marks.posts)
    // Before the record says so: an invocation that resumes writes tombstones only for what it finds itself.
    await bury(
      ports.table,
      record.marks.posts.filter((one) => !known.has(one)),
      now,
    )
    if (JSON.stringify(record) !== JSON.stringify(before)) await saveDeletion(ports.objects, record)
    await removeAll(ports.bucket, keys.staged.start({ request }))
    // A query result holds derived posts, and nobody can tell whose. Analysts run the query again.
    await ports.bucket.remove(results)
  }

  const margin = Math.min(MARGIN_MS, remainingMs() / 4)
  const rewriteAll = async (these: readonly Version[]) => {
    const outcomes = await concurrently([...byKey(these).values()], KEYS_AT_ONCE, async (ofKey) =>
      remainingMs() < margin ? 'later' : rewriteKey(ports, ofKey, withoutTargets(targets), { request, dryRun }),
    )
    const done = outcomes.flatMap((one) => (one === 'later' ? [] : one))
    record = withOutcomes(record, done, dryRun)
    return { removed: done.filter(changed).length, late: outcomes.includes('later') || done.some(({ raced }) => raced) }
  }

  const [documents, cascades, pages] = inOrder(versions)
  let { removed, late } = await rewriteAll(documents)
  // Also where an earlier invocation stopped before it recorded this.
  const hasRewritten = record.objects.some(({ key }) => keys.labelSnapshot.match(key))
  if (!dryRun && hasRewritten && (removed > 0 || before.state === 'removing'))
    late = !(await noteSnapshots(ports, `${request} ${now.toISOString()}`, rewriteAll)) || late
  const rows = dryRun ? {} : await forgetRows(ports.table, versions, found, targets)
  record = { ...record, rows: sumOf(record.rows, rows) }
  removed += Object.values(rows).reduce((sum, count) => sum + count, 0)
  for (const group of [cascades, pages]) {
    if (late) break
    const next = await rewriteAll(group)
    removed += next.removed
    late = next.late
  }
  record = await withModels(ports, record, versions, dryRun)
  const waiting = await waitingFor(ports.table, ports.streams, targets)
  return {
    record,
    waiting: waiting.map((name) => `the run of ${streamInWords(name)} that is under way`),
    removed,
    finished: !late,
  }
}

const withoutTargets =
  (targets: DeletionTargets): ChangeAt =>
  (key) => {
    const { rewrite, starts } = { starts: undefined, ...placeAt(key) }
    return rewrite && { rewrite: (body) => rewrite(body, targets, key), starts }
  }

/** The versions of each key, the newest first. */
export function byKey(versions: readonly Version[]): Map<string, Version[]> {
  const groups = new Map<string, Version[]>()
  for (const version of versions) groups.set(version.key, [...(groups.get(version.key) ?? []), version])
  return groups
}

const changed = ({ removed }: RewriteOutcome): boolean => removed

/** Documents; files of cascades; pages of posts, and the files that posts come from. */
function inOrder(versions: readonly Version[]): [Version[], Version[], Version[]] {
  const groups: [Version[], Version[], Version[]] = [[], [], []]
  for (const version of versions) {
    const kind = kindOfKey(version.key)
    if (kind === 'cascades') groups[1].push(version)
    else if (kind === 'posts' || kind === 'refused' || kind === 'source') groups[2].push(version)
    else groups[0].push(version)
  }
  return groups
}

/**
 * Make every function read the snapshots again. A concurrent writer may have copied deleted lines: what it wrote is
 * searched. False where writers were first again and again.
 */
export async function noteSnapshots(
  { objects, bucket }: Pick<DeletePorts, 'objects' | 'bucket'>,
  by: string,
  rewriteAll: (versions: readonly Version[]) => Promise<unknown>,
): Promise<boolean> {
  for (let attempt = 1; attempt <= 10; attempt++) {
    if (await noteRewriting(objects, by)) return true
    await rewriteAll(await allVersions(bucket, keys.labelSnapshot.start({})))
  }
  return false
}

async function withModels(
  ports: DeletePorts,
  record: DeletionRecord,
  versions: readonly Version[],
  dryRun: boolean,
): Promise<DeletionRecord> {
  const lost = lostBy(record.objects)
  const models = await modelsOf(
    ports.objects,
    lost,
    versions.map(({ key }) => key),
  )
  if (!dryRun && models.length > 0) await noteModels(ports.objects, record.request, models)
  return {
    ...record,
    datasets: [...new Set([...record.datasets, ...lost.keys()])].sort(),
    models: [...new Set([...record.models, ...models.map(({ job }) => job)])].sort(),
  }
}

/** The counts of the search that found most: later searches no longer find what is gone. */
function withFound(
  before: DeletionRecord,
  found: FoundTargets,
  targets: DeletionTargets,
  marks: DeletionRecord['marks'],
): DeletionRecord {
  const items = [...found.items.keys()]
  const gone = items.filter((item) => targets.isGone(item)).length
  return {
    ...before,
    posts: Math.max(before.posts, marks.posts.length),
    authors: Math.max(before.authors, marks.authors.length),
    items: {
      gone: Math.max(before.items.gone, gone),
      replaced: Math.max(before.items.replaced, items.length - gone),
    },
    marks,
  }
}

function withOutcomes(before: DeletionRecord, outcomes: readonly RewriteOutcome[], dryRun: boolean): DeletionRecord {
  const objects = new Map(before.objects.map((one) => [one.key, one]))
  for (const { key, rewriting } of outcomes) {
    if (rewriting) objects.set(key, { key, rows: rewriting.rows, was: rewriting.was, is: rewriting.is })
  }
  return {
    ...before,
    objects: [...objects.values()].sort((a, b) => (a.key < b.key ? -1 : 1)),
    versions: before.versions + (dryRun ? 0 : outcomes.filter(changed).length),
  }
}

function sumOf(a: Record<string, number>, b: Record<string, number>): Record<string, number> {
  const sum = { ...a }
  for (const [kind, count] of Object.entries(b)) sum[kind] = (sum[kind] ?? 0) + count
  return sum
}

function answerOf(record: DeletionRecord, waiting: readonly string[]): DeletionProgress {
  const objects: DeletionProgress['objects'] = {}
  for (const { key, rows } of record.objects) {
    const kind = kindOfKey(key) ?? 'other'
    const before = objects[kind] ?? { objects: 0, rows: 0 }
    objects[kind] = { objects: before.objects + 1, rows: before.rows + rows }
  }
  const { request, state, posts, authors, items, versions, rows, models } = record
  return {
    request,
    state,
    posts,
    authors,
    items,
    objects,
    versions,
    rows,
    models,
    record: keys.deletion({ request }),
    ...(waiting.length > 0 ? { waiting: [...waiting] } : {}),
  }
}
