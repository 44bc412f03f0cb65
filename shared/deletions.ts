import { canonical } from './canonical'
import { keys } from './keys'
import { findJson, type Objects } from './objects'
import { deletionRecord, type DeletionRecord } from './records'
import { noteOpen } from './state/open-deletions'
import { bury } from './state/tombstones'
import type { Table } from './table'
import type { Mark } from './tombstones'

/** Posts and authors by their ids. */
export interface ToDelete {
  posts: readonly string[]
  authors: readonly string[]
}

interface Ports {
  objects: Pick<Objects, 'read' | 'put'>
  table: Pick<Table, 'create' | 'update'>
}

/** The name of a request: a keyed hash of what it asks for. */
export function requestOf(mark: Mark, { posts, authors }: ToDelete): string {
  const inOrder = (ids: readonly string[]) => [...new Set(ids)].sort()
  return mark('request', canonical({ posts: inOrder(posts), authors: inOrder(authors) })).slice(0, 16)
}

export const newDeletion = (request: string, now: Date): DeletionRecord => ({
  request,
  asked: now.toISOString(),
  state: 'removing',
  looked: null,
  posts: 0,
  authors: 0,
  items: { gone: 0, replaced: 0 },
  objects: [],
  versions: 0,
  rows: {},
  datasets: [],
  models: [],
  marks: NO_MARKS,
})

export const NO_MARKS: DeletionRecord['marks'] = { posts: [], authors: [], items: [], texts: {} }

export const readDeletion = (objects: Pick<Objects, 'read'>, request: string): Promise<DeletionRecord | undefined> =>
  findJson(objects, keys.deletion({ request }), deletionRecord)

export const saveDeletion = (objects: Pick<Objects, 'put'>, record: DeletionRecord): Promise<void> =>
  objects.put(keys.deletion({ request: record.request }), `${JSON.stringify(record, null, 1)}\n`)

/** The record of a request with the marks of what it asks for; stored if it is new, with tombstones. Idempotent. */
export async function beginDeletion(
  { objects, table }: Ports,
  mark: Mark,
  wanted: ToDelete,
  now: Date,
): Promise<DeletionRecord> {
  const request = requestOf(mark, wanted)
  const known = await readDeletion(objects, request)
  const before = known?.marks ?? NO_MARKS
  const union = (kind: 'post' | 'author', ids: readonly string[], marked: readonly string[]) =>
    [...new Set([...marked, ...ids.map((id) => mark(kind, id))])].sort()
  const marks = {
    ...before,
    posts: union('post', wanted.posts, before.posts),
    authors: union('author', wanted.authors, before.authors),
  }
  const begun = { ...(known ?? newDeletion(request, now)), marks }
  await bury(table, [...marks.posts, ...marks.authors], now)
  if (!known) await saveDeletion(objects, begun)
  await noteOpen(table, [request])
  return begun
}

/** Have posts deleted by the next hour's deletion. Returns the name of the request. */
export async function requestDeletion(ports: Ports, mark: Mark, wanted: ToDelete, now: Date): Promise<string> {
  const begun = await beginDeletion(ports, mark, wanted, now)
  // They came back since: the next search removes them.
  if (begun.state === 'done') await saveDeletion(ports.objects, { ...begun, state: 'removing' })
  return begun.request
}
