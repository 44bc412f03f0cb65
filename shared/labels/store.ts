import { z } from 'zod'
import { concurrently } from '../concurrently'
import { BellwetherError } from '../errors'
import { jsonOrNothing } from '../json'
import { keys } from '../keys'
import type { Objects } from '../objects'
import {
  type InHand,
  type ListedManifest,
  listManifests,
  noManifest,
  type ReadBatch,
  readSettledBatch,
} from './manifests'
import { fingerprintOf, type Rules } from './rules'
import {
  changesBy,
  type SnapshotEntry,
  type Labels,
  mergedSnapshots,
  readSnapshot,
  stateOf,
  writeSnapshot,
} from './snapshot'

/** The current labels. Each function that reads or changes them creates one store, which caches what it has read. */
export interface LabelStore {
  read(): Promise<Labels>
  /**
   * Make sure that a batch is included. The writer of a settled manifest calls this next, with the data it has in memory. A
   * function that receives its event calls it too, because the writer may have crashed in between. NOT_FOUND names a
   * batch without a manifest; CONFLICT means that other writers won too often.
   */
  record(batch: string, inHand?: InHand): Promise<Labels>
  /**
   * Bring the snapshot in line with the manifests in the bucket: missing ones are added, and where one was replaced or
   * deleted, everything is rebuilt from the manifests. `newest` is when the last manifest was put, or 1970.
   */
  reconcile(): Promise<{ labels: Labels; newest: Date }>
}

type Bucket = Pick<Objects, 'read' | 'stream' | 'list' | 'create' | 'put' | 'swap'>

/** `labels/current.json`: which snapshots make up the current labels, and what they hold. */
const currentRecord = z.object({
  id: z.string().describe('Identifies the state: a hash of the rules and the manifests.'),
  rules: z.string().describe('Fingerprint of the configuration that it was built with.'),
  snapshots: z
    .array(z.object({ snapshot: z.string().regex(/^[0-9a-f]{32}$/), lines: z.int().positive() }))
    .describe('The oldest first. For an item in several snapshots the last one counts.'),
  labels: z.int().nonnegative(),
  batches: z.int().nonnegative(),
  refused: z.record(z.string(), z.int()).describe('Lines of manifests that do not count, by reason.'),
  rewritten: z
    .string()
    .optional()
    .describe('The latest request for deletion that removed lines from snapshots, which keep their names.'),
})

type Snapshots = z.infer<typeof currentRecord>['snapshots']

/** The content of `current.json`, with its ETag. Without labels where its content is unusable. */
type Current = { etag: string | undefined; rewritten?: string | undefined } & (
  { labels: Labels; snapshots: Snapshots } | { labels?: undefined }
)

/** Attempts before CONFLICT: no writer should lose this many races. */
const ATTEMPTS = 50
const READS_AT_ONCE = 8
/** A snapshot has at most this many lines, so that a function that reads or merges one holds about 20 MB. */
export const MOST_LINES = 16_384

/**
 * The store of the labels in the bucket. A batch is appended as a snapshot of its own and `current.json` is swapped. To
 * keep them few, an append takes in the last snapshots that are less than twice its size: a line is rewritten at most
 * about log(all lines) times, and of N lines there are at most log2(N) snapshots, and one for each MOST_LINES.
 */
export function labelStore(objects: Bucket, rules: Rules): LabelStore {
  const key = keys.currentLabels({})
  const fingerprint = fingerprintOf(rules)
  const kept = new Map<string, readonly SnapshotEntry[]>()
  /** Snapshots whose bytes do not match the hash in their names. */
  const damaged = new Set<string>()
  let latest: { names: string; labels: Labels } | undefined
  /** The latest deletion when the snapshots in `kept` were read. */
  let rewrittenBy: string | undefined

  async function load(): Promise<Current> {
    const stored = await objects.read(key)
    const etag = stored?.etag
    const parsed = currentRecord.safeParse(jsonOrNothing(stored?.body.toString('utf8')))
    if (!parsed.success || parsed.data.rules !== fingerprint) return { etag }
    const { id, snapshots, rewritten } = parsed.data
    if (rewritten !== rewrittenBy) {
      // The cache may hold lines that are deleted, and would write them again.
      kept.clear()
      latest = undefined
      rewrittenBy = rewritten
    }
    const labels = await labelsOf(snapshots)
    if (labels?.id !== id) return { etag, rewritten }
    keep(labels, snapshots)
    return { etag, rewritten, labels, snapshots }
  }

  /** The combined snapshots; undefined where one is missing or damaged. */
  async function labelsOf(snapshots: Snapshots): Promise<Labels | undefined> {
    if (latest?.names === namesOf(snapshots)) return latest.labels
    const read = await concurrently(snapshots, READS_AT_ONCE, ({ snapshot }) => entriesOf(snapshot))
    const entries = read.flatMap((one) => (one ? [one] : []))
    return entries.length === snapshots.length ? stateOf(fingerprint, entries) : undefined
  }

  async function entriesOf(snapshot: string): Promise<readonly SnapshotEntry[] | undefined> {
    const known = kept.get(snapshot)
    if (known) return known
    const stored = await objects.read(keys.labelSnapshot({ snapshot }))
    const entries = stored && readSnapshot(snapshot, stored)
    if (entries) kept.set(snapshot, entries)
    else if (stored) damaged.add(snapshot)
    return entries
  }

  function keep(labels: Labels, snapshots: Snapshots): void {
    latest = { names: namesOf(snapshots), labels }
    const names = new Set(snapshots.map(({ snapshot }) => snapshot))
    for (const name of kept.keys()) if (!names.has(name)) kept.delete(name)
  }

  /** Write the changes, merged with the last snapshots that are not much larger; returns the new list of snapshots. */
  async function append(before: Snapshots, changes: readonly SnapshotEntry[]): Promise<Snapshots> {
    const rest = [...before]
    let written: readonly SnapshotEntry[] = changes
    for (let last = rest.at(-1); last && isTakenIn(last.lines, written.length); last = rest.at(-1)) {
      const entries = await entriesOf(last.snapshot)
      if (!entries) break
      written = mergedSnapshots([entries, written])
      rest.pop()
    }
    for (let from = 0; from < written.length; from += MOST_LINES) {
      const entries = written.slice(from, from + MOST_LINES)
      const { snapshot, body } = writeSnapshot(entries)
      const at = keys.labelSnapshot({ snapshot })
      if (damaged.delete(snapshot)) await objects.put(at, body)
      else await objects.create(at, body)
      kept.set(snapshot, entries)
      rest.push({ snapshot, lines: entries.length })
    }
    return rest
  }

  /** Bring in what `missing` returns, or rebuild, until no other writer changes `current.json` in between. */
  async function bringIn(
    read: Reading,
    missing: (known: Labels) => Promise<readonly string[] | 'rebuild'>,
  ): Promise<Labels> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const current = await load()
      const wanted = current.labels ? await missing(current.labels) : 'rebuild'
      if (current.labels && wanted !== 'rebuild' && wanted.length === 0) return current.labels

      const { labels: before, snapshots } = current.labels && wanted !== 'rebuild' ? current : NOTHING
      const batches = wanted === 'rebuild' ? await read.list() : wanted
      const found = await concurrently(batches, READS_AT_ONCE, (batch) => read.batch(batch))
      const after = await append(snapshots, changesBy(before, found))
      const labels = await labelsOf(after)
      // A snapshot disappeared since it was listed: the next attempt loads the current state, or rebuilds it.
      if (!labels) continue
      if (await objects.swap(key, bytesOf(fingerprint, labels, after, current.rewritten), current.etag)) {
        keep(labels, after)
        return labels
      }
    }
    throw new BellwetherError(
      'CONFLICT',
      `${key}: gave up after ${ATTEMPTS} attempts, because other writers changed it each time; try again`,
    )
  }

  return {
    read: () => bringIn(reading(objects, rules), async () => []),
    record: async (batch, inHand) => {
      const isIn = ({ batches }: Labels) => batches.some((one) => one.batch === batch)
      const labels = await bringIn(reading(objects, rules, batch, inHand), async (known) =>
        isIn(known) ? [] : [batch],
      )
      if (!isIn(labels)) throw noManifest(batch)
      return labels
    },
    reconcile: async () => {
      const read = reading(objects, rules)
      const labels = await bringIn(read, async (known) => missingOf(known, await read.list(), read))
      return { labels, newest: read.newest() }
    },
  }
}

/**
 * Record that a deletion removed lines from snapshots, so that every function reads them again and a concurrent append
 * starts again. False where another writer changed `current.json` meanwhile: its snapshots have to be searched first.
 */
export async function noteRewriting(objects: Pick<Objects, 'read' | 'swap'>, request: string): Promise<boolean> {
  const key = keys.currentLabels({})
  const stored = await objects.read(key)
  const parsed = currentRecord.safeParse(jsonOrNothing(stored?.body.toString('utf8')))
  if (!stored || !parsed.success || parsed.data.rewritten === request) return true
  const swapped = await objects.swap(
    key,
    `${JSON.stringify({ ...parsed.data, rewritten: request }, null, 1)}\n`,
    stored.etag,
  )
  return swapped !== false
}

/** The labels by other rules than the configuration's. Reads every manifest and stores nothing. */
export async function labelsUnder(
  objects: Pick<Objects, 'read' | 'stream' | 'list'>,
  rules: Rules,
): Promise<Labels['labels']> {
  const read = reading(objects, rules)
  const found = await concurrently(await read.list(), READS_AT_ONCE, (batch) => read.batch(batch))
  return stateOf('', [changesBy(NOTHING.labels, found)]).labels
}

const NOTHING: { labels: Labels; snapshots: Snapshots } = {
  labels: { id: '', labels: new Map(), neither: new Map(), batches: [], refused: [] },
  snapshots: [],
}

/** Whether a snapshot of so many lines is rewritten together with that many new ones. */
const isTakenIn = (lines: number, added: number): boolean => lines < 2 * added && lines + added <= MOST_LINES

const namesOf = (snapshots: Snapshots): string => snapshots.map(({ snapshot }) => snapshot).join(' ')

type Reading = ReturnType<typeof reading>

/** The manifests of the bucket as one call of the store reads them: each once, also where the call loses races. */
function reading(objects: Pick<Bucket, 'read' | 'stream' | 'list'>, rules: Rules, own?: string, inHand?: InHand) {
  const done = new Map<string, Promise<ReadBatch>>()
  let listed = new Map<string, ListedManifest>()
  return {
    list: async (): Promise<string[]> => {
      listed = new Map((await listManifests(objects)).map((one) => [one.batch, one]))
      return [...listed.keys()]
    },
    etagOf: (batch: string): string | undefined => listed.get(batch)?.etag,
    newest: (): Date =>
      [...listed.values()].map(({ modified }) => modified).reduce((a, b) => (b > a ? b : a), new Date(0)),
    batch: (batch: string): Promise<ReadBatch> => {
      const etag = listed.get(batch)?.etag
      const version = `${batch} ${etag ?? ''}`
      const read =
        done.get(version) ??
        readSettledBatch(objects, rules, batch, { etag, inHand: batch === own ? inHand : undefined })
      done.set(version, read)
      return read
    },
  }
}

/** The batches to bring in so that the snapshot matches the listed manifests; or that nothing of it can stay. */
async function missingOf(known: Labels, listed: readonly string[], read: Reading): Promise<string[] | 'rebuild'> {
  const before = new Map(known.batches.map((one) => [one.batch, one]))
  const there = new Set(listed)
  if (known.batches.some(({ batch }) => !there.has(batch))) return 'rebuild'
  const missing: string[] = []
  for (const batch of listed) {
    const one = before.get(batch)
    if (one && one.etag === read.etagOf(batch)) continue
    if (one && one.sha256 !== (await read.batch(batch)).sha256) return 'rebuild'
    missing.push(batch)
  }
  return missing
}

function bytesOf(
  rules: string,
  { id, labels, batches, refused }: Labels,
  snapshots: Snapshots,
  rewritten: string | undefined,
): string {
  const counts: Record<string, number> = {}
  for (const { reason } of refused) counts[reason] = (counts[reason] ?? 0) + 1
  const record: z.infer<typeof currentRecord> = {
    id,
    rules,
    snapshots,
    labels: labels.size,
    batches: batches.length,
    refused: counts,
    ...(rewritten === undefined ? {} : { rewritten }),
  }
  return `${JSON.stringify(record, null, 1)}\n`
}
