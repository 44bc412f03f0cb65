import { concurrently } from '../../shared/concurrently'
import { BellwetherError } from '../../shared/errors'
import { keys, prefixes } from '../../shared/keys'
import type { Labels, LabelStore, StandingLabel } from '../../shared/labels'
import type { Objects } from '../../shared/objects'
import { etagOf, gzipped, GZIP } from '../../shared/sql-tables/rows'
import { NONE, type SqlRow } from '../../shared/sql-tables/tables'

/** Attempts before CONFLICT: labels rarely change while a table is written. */
const ATTEMPTS = 20
const WRITES_AT_ONCE = 8

/**
 * Write the table of current labels: one object for each stream, hashtag and day. Objects that would stay the same are
 * not written. Invocations may overlap: each checks after its last write whether the labels are still the ones that it
 * wrote, and otherwise writes the new ones. So the last write is always of the current labels.
 */
export async function writeLabelTable(
  objects: Pick<Objects, 'list' | 'put'>,
  stream: (hashtag: string) => string,
  store: Pick<LabelStore, 'read'>,
  first: Labels,
): Promise<void> {
  let labels = first
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    await writeOnce(objects, objectsOf(labels, stream))
    const now = await store.read()
    if (now.id === labels.id) return
    labels = now
  }
  throw new BellwetherError(
    'CONFLICT',
    `${prefixes.tableOfLabels}: the labels changed during each of ${ATTEMPTS} attempts; try again`,
  )
}

async function writeOnce(
  objects: Pick<Objects, 'list' | 'put'>,
  wanted: ReadonlyMap<string, SqlRow<'labels'>[]>,
): Promise<void> {
  const there = new Map<string, string>()
  for await (const { key, etag } of objects.list(prefixes.tableOfLabels)) there.set(key, etag)
  // An object whose labels are all gone becomes empty.
  await concurrently([...new Set([...wanted.keys(), ...there.keys()])], WRITES_AT_ONCE, async (key) => {
    const body = gzipped('labels', wanted.get(key) ?? [])
    if (there.get(key) !== etagOf(body)) await objects.put(key, body, GZIP)
  })
}

/** The rows of each object, by message. */
function objectsOf({ labels }: Labels, stream: (hashtag: string) => string): Map<string, SqlRow<'labels'>[]> {
  const found = new Map<string, SqlRow<'labels'>[]>()
  for (const label of [...labels.values()].sort((a, b) => (a.item < b.item ? -1 : 1))) {
    for (const hashtag of label.hashtags.length > 0 ? label.hashtags : [NONE]) {
      const key = keys.tableOfLabels({ stream: stream(hashtag), hashtag, date: label.date })
      const rows = found.get(key) ?? []
      rows.push(rowOf(label))
      found.set(key, rows)
    }
  }
  return found
}

const rowOf = (label: StandingLabel): SqlRow<'labels'> => ({
  message: label.item,
  post_id: label.post,
  label: label.label,
  role: label.role,
  labelled_at: label.at,
  batch: label.batch,
  confidence: label.confidence,
  judgements: label.judgements.length,
  by_owner: label.adjudicated,
  posts: label.size,
  inclusion_probability: label.inclusionProbability,
  schema_version: label.schemaVersion,
})
