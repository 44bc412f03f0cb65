import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { type Journal, openJournal } from '../protocol/journal'
import { type Blobs, createBlobs } from './blobs'
import { notification } from './notification'
import { createSortedKeys, type SortedKeys } from './sorted-keys'
import { type Tags, withTags } from './tags'
import { part, type Part, type Upload, upload } from './upload'
import { type DeleteMarker, type StoredObject, type Version, version } from './version'

const corsRule = z.strictObject({
  AllowedHeaders: z.array(z.string()).optional(),
  AllowedMethods: z.array(z.string()),
  AllowedOrigins: z.array(z.string()),
  ExposeHeaders: z.array(z.string()).optional(),
  MaxAgeSeconds: z.number().optional(),
  Id: z.string().optional(),
})

const settings = z.strictObject({
  name: z.string(),
  createdAt: z.number(),
  versioning: z.enum(['Enabled', 'Suspended']).optional(),
  /** Does it send its events to EventBridge? */
  eventBridge: z.boolean(),
  /** Functions and queues that it notifies itself. */
  notifications: z.array(notification).optional(),
  cors: z.array(corsRule).optional(),
})

/** One change of a bucket, as its journal stores it. */
const change = z.union([
  z.strictObject({ put: version }),
  z.strictObject({ remove: z.strictObject({ key: z.string(), versionId: z.string() }) }),
  z.strictObject({
    tag: z.strictObject({ key: z.string(), versionId: z.string(), tags: z.record(z.string(), z.string()) }),
  }),
  z.strictObject({ begin: upload }),
  z.strictObject({ part: z.strictObject({ id: z.string(), part }) }),
  z.strictObject({ end: z.string() }),
])

export type CorsRule = z.infer<typeof corsRule>
export type BucketSettings = z.infer<typeof settings>
type Change = z.infer<typeof change>

/** A version before the bucket assigns its id and time. */
export type NewObject = Omit<StoredObject, 'kind' | 'versionId' | 'sequencer' | 'lastModified'>

export interface Bucket {
  settings(): BucketSettings
  configure(change: Partial<BucketSettings>): void
  blobs: Blobs
  /** Keys that have a version or a delete marker. */
  keys: SortedKeys
  /** Newest first. */
  versions(key: string): readonly Version[]
  find(key: string, versionId?: string): Version | undefined
  /** Commits the object. Everything before this may be repeated or lost. */
  put(object: NewObject): StoredObject
  putDeleteMarker(key: string): DeleteMarker
  /** Give a version these tags in place of those that it has. */
  tag(object: StoredObject, tags: Tags): void
  remove(gone: Version): void
  /** How often something of this key was deleted since the start: a conditional write looks before and after. */
  deletions(key: string): number
  uploads: ReadonlyMap<string, Upload>
  beginUpload(upload: Upload): void
  putPart(id: string, part: Part): void
  /** Forget the upload, its parts' bytes too. */
  endUpload(id: string): void
  nextSequencer(): string
  close(): void
}

/** A journal with more history than this, and twice as much as there is, is written anew when it is opened. */
const SHORT_JOURNAL = 1000

/** Open or make the bucket kept in `folder`. */
export function openBucket(folder: string, name: string, now: () => number): Bucket {
  const versionsOf = new Map<string, Version[]>()
  const keys = createSortedKeys()
  const uploads = new Map<string, Upload>()
  const deleted = new Map<string, number>()
  const blobs = createBlobs(path.join(folder, 'blobs'))
  let current = readSettings(folder, name, now)
  let sequencer = 0n

  const apply = (record: Change): void => {
    if ('put' in record) {
      const { key, versionId } = record.put
      const others = versionsOf.get(key) ?? []
      versionsOf.set(key, [record.put, ...others.filter((one) => one.versionId !== versionId)])
      keys.add(key)
      const seen = BigInt(`0x${record.put.sequencer}`)
      if (seen > sequencer) sequencer = seen
    } else if ('remove' in record) {
      const { key, versionId } = record.remove
      const rest = (versionsOf.get(key) ?? []).filter((one) => one.versionId !== versionId)
      versionsOf.set(key, rest)
      if (rest.length > 0) return
      versionsOf.delete(key)
      keys.remove(key)
    } else if ('tag' in record) {
      const { key, versionId, tags } = record.tag
      const tagged = (versionsOf.get(key) ?? []).map((one) => {
        if (one.kind !== 'object' || one.versionId !== versionId) return one
        const { tags: _before, ...rest } = one
        return { ...rest, ...withTags(tags) }
      })
      if (tagged.length > 0) versionsOf.set(key, tagged)
    } else if ('begin' in record) uploads.set(record.begin.id, record.begin)
    else if ('part' in record) {
      const held = uploads.get(record.part.id)
      if (!held) return
      const others = held.parts.filter(({ number }) => number !== record.part.part.number)
      uploads.set(held.id, { ...held, parts: [...others, record.part.part].sort((a, b) => a.number - b.number) })
    } else uploads.delete(record.end)
  }
  const journal: Journal<Change> = openJournal(path.join(folder, 'changes.jsonl'), change, apply)
  const commit = (record: Change) => {
    journal.append(record)
    apply(record)
  }
  const removeBlob = (gone: Version | undefined) => {
    if (gone?.kind === 'object') blobs.remove(gone.blob)
  }
  const find = (key: string, versionId?: string) => {
    const versions = versionsOf.get(key)
    return versionId === undefined ? versions?.[0] : versions?.find((one) => one.versionId === versionId)
  }
  const nextSequencer = () => {
    const byTime = BigInt(Math.floor(now())) << 16n
    sequencer = byTime > sequencer ? byTime : sequencer + 1n
    return sequencer.toString(16).padStart(16, '0')
  }
  const place = (key: string) => {
    const versionId = current.versioning === 'Enabled' ? randomBytes(24).toString('base64url') : 'null'
    return { versionId, sequencer: nextSequencer(), lastModified: now(), replaced: find(key, versionId) }
  }
  const countDeletion = (key: string) => void deleted.set(key, (deleted.get(key) ?? 0) + 1)

  sweep(versionsOf, uploads, blobs, journal)

  return {
    settings: () => current,
    configure(changes) {
      current = { ...current, ...changes }
      writeSettings(folder, current)
    },
    blobs,
    keys,
    versions: (key) => versionsOf.get(key) ?? [],
    find,
    put(object) {
      const { replaced, ...placed } = place(object.key)
      const put: StoredObject = { kind: 'object', ...object, ...placed }
      commit({ put })
      removeBlob(replaced)
      return put
    },
    putDeleteMarker(key) {
      const { replaced, ...placed } = place(key)
      const put: DeleteMarker = { kind: 'delete marker', key, ...placed }
      commit({ put })
      removeBlob(replaced)
      countDeletion(key)
      return put
    },
    tag: ({ key, versionId }, tags) => commit({ tag: { key, versionId, tags: { ...tags } } }),
    remove(gone) {
      commit({ remove: { key: gone.key, versionId: gone.versionId } })
      removeBlob(gone)
      countDeletion(gone.key)
    },
    deletions: (key) => deleted.get(key) ?? 0,
    uploads,
    beginUpload: (begin) => commit({ begin }),
    putPart(id, put) {
      const replaced = uploads.get(id)?.parts.find(({ number }) => number === put.number)
      commit({ part: { id, part: put } })
      if (replaced) blobs.remove(replaced.blob)
    },
    endUpload(id) {
      const parts = uploads.get(id)?.parts ?? []
      commit({ end: id })
      for (const { blob } of parts) blobs.remove(blob)
    },
    nextSequencer,
    close: () => journal.close(),
  }
}

/** After a start: no bytes that nothing names, no history that nothing needs. */
function sweep(
  versionsOf: ReadonlyMap<string, readonly Version[]>,
  uploads: ReadonlyMap<string, Upload>,
  blobs: Blobs,
  journal: Journal<Change>,
): void {
  const versions = [...versionsOf.values()].flat()
  const named = versions.flatMap((one) => (one.kind === 'object' ? [one.blob] : []))
  const parts = [...uploads.values()].flatMap((one) => one.parts.map(({ blob }) => blob))
  blobs.keepOnly(new Set([...named, ...parts]))

  const live = versions.length + uploads.size
  if (journal.length() < SHORT_JOURNAL || journal.length() < 2 * live) return
  const puts = [...versionsOf.values()].flatMap((newestFirst) => newestFirst.toReversed().map((put) => ({ put })))
  journal.rewrite([...puts, ...Array.from(uploads.values(), (begin) => ({ begin }))])
}

function readSettings(folder: string, name: string, now: () => number): BucketSettings {
  const file = path.join(folder, 'bucket.json')
  if (existsSync(file)) return settings.parse(JSON.parse(readFileSync(file, 'utf8')))
  const made: BucketSettings = { name, createdAt: now(), eventBridge: false }
  mkdirSync(folder, { recursive: true })
  writeSettings(folder, made)
  return made
}

function writeSettings(folder: string, content: BucketSettings): void {
  const file = path.join(folder, 'bucket.json')
  writeFileSync(`${file}.new`, JSON.stringify(content))
  renameSync(`${file}.new`, file)
}
