import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { BellwetherError } from '../../../shared/errors'
import { type Objects, parseJson, type Rewriting } from '../../../shared/objects'
import type { Version, Versions } from '../../../services/privacy/versions'

interface Held extends Version {
  body: Buffer
  contentType: string | undefined
  rewriting: Rewriting | undefined
}

/** A versioned bucket in memory, with the ports of the other services and of the privacy service. */
export interface VersionedBucket {
  objects: Objects
  versions: Versions
  /** The bytes of each version, by `<key> <number>` from the oldest. */
  bodies(): Record<string, string>
  /** How each key was last written: by a put or by a copy. */
  how: Map<string, 'put' | 'copy'>
}

/** The clock advances a minute per write. */
export function versionedBucket(): VersionedBucket {
  const held = new Map<string, Held[]>()
  const how: VersionedBucket['how'] = new Map()
  let writes = 0
  const latest = (key: string) => held.get(key)?.[0]
  const write = (key: string, body: string | Uint8Array, more: Partial<Held> = {}) => {
    writes++
    const bytes = Buffer.from(body)
    const version: Held = {
      key,
      versionId: `v${String(writes).padStart(6, '0')}`,
      etag: `"${createHash('md5').update(bytes).digest('hex')}"`,
      size: bytes.length,
      modified: new Date(Date.UTC(2026, 10, 22, 0, writes)),
      latest: true,
      body: bytes,
      contentType: undefined,
      rewriting: undefined,
      ...more,
    }
    held.set(key, [version, ...(held.get(key) ?? []).map((one) => ({ ...one, latest: false }))])
    how.set(key, 'put')
    return version.etag
  }
  const get = (key: string) => {
    const found = latest(key)
    if (!found) throw new BellwetherError('OBJECT_MISSING', `there is no ${key}`)
    return found
  }
  const sorted = () => [...held].sort(([a], [b]) => (a < b ? -1 : 1))

  const objects: Objects = {
    bucket: 'bellwether-test',
    read: async (key) => latest(key),
    readJson: async (key, schema) => parseJson(get(key).body.toString(), schema, key),
    stream: async (key) => {
      const { body, rewriting } = get(key)
      return Object.assign(Readable.from([body]), { rewriting })
    },
    lines: async function* (key) {
      for (const line of get(key).body.toString().split('\n')) if (line) yield line
    },
    exists: async (key) => latest(key) !== undefined,
    etag: async (key) => latest(key)?.etag,
    create: async (key, body) => {
      if (latest(key)) return 'exists'
      write(key, body)
      return 'created'
    },
    swap: async (key, body, etag) => (latest(key)?.etag === etag ? write(key, body) : false),
    put: async (key, body) => void write(key, body),
    madeOf: async () => undefined,
    putStream: async () => {
      throw new Error('nobody here writes a stream')
    },
    versions: async function* (key) {
      yield* held.get(key) ?? []
    },
    list: async function* (prefix) {
      for (const [key, [newest]] of sorted()) if (newest && key.startsWith(prefix)) yield { ...newest }
    },
  }
  const versions: Versions = {
    list: async function* (prefix) {
      for (const [key, all] of sorted()) if (key.startsWith(prefix)) yield* all.map((one) => ({ ...one }))
    },
    read: async ({ key, versionId }) => held.get(key)?.find((one) => one.versionId === versionId),
    put: async (key, body, { etag, contentType, rewriting }) => {
      if (etag !== undefined && latest(key)?.etag !== etag) return false
      write(key, body, { contentType, rewriting })
      return true
    },
    copy: async (from, key, { contentType, rewriting }) => {
      write(key, get(from).body, { contentType, rewriting })
      how.set(key, 'copy')
    },
    remove: async (gone) => {
      for (const { key, versionId } of gone) {
        const left = (held.get(key) ?? []).filter((one) => one.versionId !== versionId)
        if (left.length === 0) held.delete(key)
        else
          held.set(
            key,
            left.map((one, i) => ({ ...one, latest: i === 0 })),
          )
      }
    },
  }
  return {
    objects,
    versions,
    how,
    bodies: () =>
      Object.fromEntries(
        sorted().flatMap(([key, all]) =>
          all.toReversed().map(({ body }, i) => [`${key} ${i + 1}`, body.toString('latin1')] as const),
        ),
      ),
  }
}
