import { createHash } from 'node:crypto'
import { byBatch } from '../batches'
import { recordedHash, type Stored } from '../objects'
import type { ReadBatch, RefusedManifestLine, SettledBatch } from './manifests'
import { precedence, type StandingLabel } from './standing'

/**
 * A line of `labels/<snapshot>.jsonl`. Of two lines about the same batch or item, the one in the later snapshot counts.
 */
export type SnapshotEntry = { batch: SettledBatch } | { refused: RefusedManifestLine } | { label: StandingLabel }

/** The current labels after some batches. Pure: depends on the batches' manifests and the rules, in any order. */
export interface Labels {
  /** Identifies this state: a hash of the rules and the manifests. */
  id: string
  /** By item. */
  labels: ReadonlyMap<string, StandingLabel>
  /** Items for which the owner decided that no category fits, by item. None of them is in `labels`. */
  neither: ReadonlyMap<string, StandingLabel>
  /** In their order. */
  batches: readonly SettledBatch[]
  /** Lines that do not count, by batch and line. */
  refused: readonly RefusedManifestLine[]
}

/** The state that these snapshots add up to, the oldest first. */
export function stateOf(rules: string, snapshots: readonly (readonly SnapshotEntry[])[]): Labels {
  const labels = new Map<string, StandingLabel>()
  const neither = new Map<string, StandingLabel>()
  const batches = new Map<string, SettledBatch>()
  const refused: RefusedManifestLine[] = []
  for (const snapshot of snapshots) {
    for (const entry of snapshot) {
      if ('label' in entry) {
        const [to, other] = entry.label.neither ? [neither, labels] : [labels, neither]
        other.delete(entry.label.item)
        to.set(entry.label.item, entry.label)
      } else if ('batch' in entry) batches.set(entry.batch.batch, entry.batch)
      else refused.push(entry.refused)
    }
  }
  const sorted = [...batches.values()].sort((a, b) => byBatch(a.batch, b.batch))
  return {
    id: idOf(rules, sorted),
    labels,
    neither,
    batches: sorted,
    refused: refused.sort((a, b) => byBatch(a.batch, b.batch) || a.line - b.line),
  }
}

/** What these batches change. For a batch that is already included, only the facts about its manifest are new. */
export function changesBy(
  before: Pick<Labels, 'labels' | 'neither' | 'batches'>,
  read: readonly ReadBatch[],
): SnapshotEntry[] {
  const known = new Set(before.batches.map(({ batch }) => batch))
  const batches: SnapshotEntry[] = []
  const changed = new Map<string, StandingLabel>()
  for (const { labels, refused, ...batch } of read) {
    batches.push({ batch })
    if (known.has(batch.batch)) continue
    for (const line of refused) batches.push({ refused: line })
    for (const label of labels) {
      const standing = changed.get(label.item) ?? before.labels.get(label.item) ?? before.neither.get(label.item)
      const winner = precedence(standing, label)
      if (winner !== standing) changed.set(label.item, winner)
    }
  }
  return [...batches, ...Array.from(changed.values(), (label) => ({ label }))]
}

/** The entries of several snapshots, the oldest first, without those that later ones replace. */
export function mergedSnapshots(snapshots: readonly (readonly SnapshotEntry[])[]): SnapshotEntry[] {
  const { labels, neither, batches, refused } = stateOf('', snapshots)
  return [
    ...batches.map((batch) => ({ batch })),
    ...refused.map((line) => ({ refused: line })),
    ...Array.from([...labels.values(), ...neither.values()], (label) => ({ label })),
  ]
}

/** The file of a snapshot, and its name: a hash of the bytes. */
export function writeSnapshot(entries: readonly SnapshotEntry[]): { snapshot: string; body: string } {
  const body = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')
  return { snapshot: nameOf(body), body }
}

/**
 * The entries of a file; undefined where its bytes match neither the hash in its name nor what a deletion left of it.
 */
export function readSnapshot(
  snapshot: string,
  { body, rewriting }: Pick<Stored, 'body' | 'rewriting'>,
): SnapshotEntry[] | undefined {
  if (recordedHash(body, rewriting).slice(0, NAME_LENGTH) !== snapshot) return undefined
  const entries: SnapshotEntry[] = []
  for (let start = 0, end = body.indexOf(LINE_END); end !== -1; start = end + 1, end = body.indexOf(LINE_END, start)) {
    // The name guarantees the bytes, and `writeSnapshot` wrote them: rules of another format have other snapshots.
    entries.push(JSON.parse(body.toString('utf8', start, end)) as SnapshotEntry)
  }
  return entries
}

const LINE_END = 10

const NAME_LENGTH = 32
const nameOf = (body: string | Buffer): string => createHash('sha256').update(body).digest('hex').slice(0, NAME_LENGTH)

const idOf = (rules: string, batches: readonly SettledBatch[]): string =>
  createHash('sha256')
    .update(JSON.stringify([rules, batches.map(({ batch, sha256 }) => [batch, sha256])]))
    .digest('hex')
    .slice(0, 16)
